/** What a conversation shows, from top to bottom: days, messages, the unread line, and what is still being sent. */
import { dayKey } from '../lib/time.js';
import { visibleMessages } from './timeline.js';

/** Messages of one person within this time stand together as one block. */
const BLOCK_MS = 5 * 60_000;

/**
 * @typedef {{ kind: 'day', key: string, at: string }
 *   | { kind: 'unread', key: string, count: number }
 *   | { kind: 'system', key: string, message: import('../types').Message }
 *   | { kind: 'message', key: string, message: import('../types').Message, isFirst: boolean }
 *   | { kind: 'outgoing', key: string, entry: import('../types').Outgoing, isFirst: boolean }} Row
 */

/**
 * @param {import('../types').State} state
 * @param {string} chatId
 * @param {{ seq: number, count: number } | null} unreadLine where the unread messages began when the chat was opened
 * @returns {Row[]}
 */
export function conversationRows(state, chatId, unreadLine) {
  /** @type {Row[]} */
  const rows = [];
  /** @type {{ senderId: string, createdAt: string } | null} */
  let above = null;
  for (const message of visibleMessages(state.timelines.get(chatId))) {
    if (!above || dayKey(above.createdAt) !== dayKey(message.createdAt)) {
      rows.push({ kind: 'day', key: `day:${dayKey(message.createdAt)}`, at: message.createdAt });
      above = null;
    }
    if (unreadLine?.seq === message.seq)
      rows.push({ kind: 'unread', key: 'unread', count: unreadLine.count });
    const isSystem = message.content?.type === 'system';
    if (isSystem) rows.push({ kind: 'system', key: message.id, message });
    else rows.push({ kind: 'message', key: keyOf(message), message, isFirst: startsBlock(above, message) });
    above = isSystem ? { senderId: '', createdAt: message.createdAt } : message;
  }
  for (const entry of state.outbox.filter((other) => other.chatId === chatId)) {
    const own = { senderId: state.me?.id ?? '', createdAt: entry.createdAt };
    rows.push({ kind: 'outgoing', key: entry.tempId, entry, isFirst: startsBlock(above, own) });
    above = own;
  }
  return rows;
}

/** A message keeps the key it had while it was being sent, so that its bubble stays in place. @param {import('../types').Message} message */
function keyOf(message) {
  return message.tempId || message.id;
}

/** @param {{ senderId: string, createdAt: string } | null} above @param {{ senderId: string, createdAt: string }} message */
function startsBlock(above, message) {
  if (!above || above.senderId !== message.senderId) return true;
  return Date.parse(message.createdAt) - Date.parse(above.createdAt) > BLOCK_MS;
}

/**
 * Where the unread line stands: before the first message of others after one's own read watermark.
 * @param {import('../types').State} state @param {string} chatId @param {number} readSeq the watermark when the chat was opened
 */
export function findUnreadLine(state, chatId, readSeq) {
  const messages = visibleMessages(state.timelines.get(chatId));
  const unread = messages.filter(
    (m) => m.seq > readSeq && m.senderId !== state.me?.id && m.content?.type !== 'system',
  );
  return unread[0] ? { seq: unread[0].seq, count: unread.length } : null;
}
