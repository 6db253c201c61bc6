/** What the views show, derived from the state; nothing here changes it. */
import { statusRank } from './timeline.js';
import { totalOf } from './unread.js';

/** @typedef {import('../types').State} State */
/** @typedef {import('../types').Chat} Chat */
/** @typedef {import('../types').Message} Message */

const STATUSES = /** @type {const} */ (['sent', 'delivered', 'read']);

/** The other person of a private chat. @param {State} state @param {Chat} chat */
export function partnerId(state, chat) {
  if (chat.type !== 'private') return null;
  return chat.members.find((member) => member.userId !== state.me?.id)?.userId ?? null;
}

/** @param {State} state @param {string} userId */
export function nameOf(state, userId) {
  if (userId === state.me?.id) return 'You';
  return state.users.get(userId)?.name || 'Someone';
}

/** @param {State} state @param {Chat} chat */
export function titleOf(state, chat) {
  const partner = partnerId(state, chat);
  if (chat.type === 'group') return chat.name || 'Group';
  return (partner && state.users.get(partner)?.name) || chat.name || 'Deleted account';
}

/** Pinned first, then the latest. @param {State} state @returns {Chat[]} */
export function sortedChats(state) {
  return [...state.chats.values()].sort(
    (a, b) =>
      Number(b.settings?.pinned ?? false) - Number(a.settings?.pinned ?? false) ||
      activityOf(state, b).localeCompare(activityOf(state, a)),
  );
}

/** When something last happened. @param {State} state @param {Chat} chat */
export function activityOf(state, chat) {
  const pending = state.outbox.findLast((entry) => entry.chatId === chat.id)?.createdAt ?? '';
  const last = chat.lastMessage?.createdAt ?? chat.updatedAt ?? chat.createdAt;
  return pending > last ? pending : last;
}

/** @param {Chat} chat @param {number} [now] */
export function isMuted(chat, now = Date.now()) {
  const until = chat.settings?.mutedUntil;
  return Boolean(until) && new Date(until ?? 0).getTime() > now;
}

/** @param {State} state @param {string} chatId */
export function unreadOf(state, chatId) {
  return totalOf(state.unread.get(chatId));
}

/** Chats with something new that are neither muted nor archived. @param {State} state */
export function unreadChatCount(state) {
  const chats = [...state.chats.values()].filter((chat) => !isMuted(chat) && !chat.settings?.archived);
  return chats.filter((chat) => unreadOf(state, chat.id) > 0).length;
}

/**
 * The ticks of a message of one's own: the better of what the server said and what every other member's watermark says.
 * @param {State} state
 * @param {Message} message
 * @returns {import('../types').Status}
 */
export function statusOf(state, message) {
  const said = statusRank(message.status);
  return STATUSES[Math.max(said, watermarkRank(state, message))];
}

/** @param {State} state @param {Message} message */
function watermarkRank(state, message) {
  const chat = state.chats.get(message.chatId);
  const marks = state.watermarks.get(message.chatId);
  const others = chat?.members.filter((member) => member.userId !== message.senderId) ?? [];
  if (!chat || !marks || others.length === 0 || chat.members.length < chat.memberCount) return 0;
  const all = others.map((member) => marks.get(member.userId));
  if (all.every((mark) => mark && mark.readSeq >= message.seq)) return 2;
  return all.every((mark) => mark && Math.max(mark.deliveredSeq, mark.readSeq) >= message.seq) ? 1 : 0;
}

/** Names of the people who type in a chat right now. @param {State} state @param {string} chatId @param {number} [now] */
export function typingIn(state, chatId, now = Date.now()) {
  const entries = [...(state.typing.get(chatId) ?? [])].filter(([, until]) => until > now);
  return entries.map(([userId]) => userId).filter((userId) => userId !== state.me?.id);
}

/** @param {State} state @param {Chat} chat */
export function myRole(state, chat) {
  return chat.members.find((member) => member.userId === state.me?.id)?.role ?? 'member';
}

/** Group admins and the owner may change the group. @param {State} state @param {Chat} chat */
export function isAdmin(state, chat) {
  return chat.type === 'group' && myRole(state, chat) !== 'member';
}

/** More than this many are not rung at once. */
const MAX_CALLED = 64;

/** A person one did not block, or a group that is not too big. @param {State} state @param {Chat} chat */
export function isCallable(state, chat) {
  if (chat.type === 'group') return chat.memberCount <= MAX_CALLED;
  return partnerId(state, chat) !== null && !isBlocked(state, chat);
}

/** A private chat with somebody one has blocked. @param {State} state @param {Chat} chat */
export function isBlocked(state, chat) {
  return state.blocked.has(partnerId(state, chat) ?? '');
}

/** People one knows already: partners of private chats and members of groups, without oneself. @param {State} state */
export function knownPeople(state) {
  const ids = new Set(state.contacts);
  for (const chat of state.chats.values()) for (const member of chat.members) ids.add(member.userId);
  const people = [...ids].flatMap((id) => state.users.get(id) ?? []);
  return people
    .filter((user) => user.id !== state.me?.id && user.name)
    .sort((a, b) => a.name.localeCompare(b.name));
}
