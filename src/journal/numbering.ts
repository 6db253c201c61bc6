import { createHash } from 'node:crypto';
import { Types } from 'mongoose';
import type { ChatHead, NewEntry } from './journal.types';
import { isMessageEntry, type Lane, type LogOp, type LogRow, type MarkerEntry } from './lane';

/** Digest of what a key was first used for: chat, content and the message replied to. */
export function digestOf(entry: NewEntry): string {
  const { chatId, content, replyTo } = entry;
  const identity = JSON.stringify([chatId, content, replyTo ? String(replyTo.id) : null]);
  return createHash('sha1').update(identity).digest('base64');
}

/** A row with the head that its chat has once it is written. */
export interface Numbered {
  row: LogRow;
  head: ChatHead;
}

/** Gives each row the next numbers of its chat, on top of the lanes' durable heads; the heads stay as they are. */
export function numberOps(ops: readonly LogOp[], now: Date): Numbered[] {
  const heads = new Map<Lane, ChatHead>();
  return ops.map(({ lane, id, entry, digest }) => {
    const head = next(heads.get(lane) ?? lane.head ?? { seq: 0, rev: 0, count: 0 }, entry);
    heads.set(lane, head);
    const common = {
      _id: id,
      chatId: new Types.ObjectId(entry.chatId),
      rev: head.rev,
      count: head.count,
      createdAt: now,
    };
    const own = isMessageEntry(entry) ? messageFields(entry, digest, head) : markerFields(entry, head);
    return { row: { ...common, ...own }, head };
  });
}

function next(head: ChatHead, entry: LogOp['entry']): ChatHead {
  if (!isMessageEntry(entry)) return { ...head, rev: head.rev + 1 };
  const isCounted = entry.content.type !== 'system';
  return { seq: head.seq + 1, rev: head.rev + 1, count: head.count + (isCounted ? 1 : 0) };
}

function messageFields(entry: NewEntry, digest: string | undefined, head: ChatHead) {
  return {
    seq: head.seq,
    senderId: new Types.ObjectId(entry.senderId),
    ...(entry.tempId !== undefined && { tempId: entry.tempId, digest }),
    content: entry.content,
    ...(entry.replyTo && { replyTo: entry.replyTo }),
    ...(entry.forwardedFrom && { forwardedFrom: entry.forwardedFrom }),
    ...(entry.expiresAt && { expiresAt: entry.expiresAt }),
  };
}

function markerFields({ ref }: MarkerEntry, head: ChatHead) {
  return { seq: -head.rev, senderId: ref.senderId, ref: ref._id };
}
