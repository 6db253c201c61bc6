import { createHash } from 'node:crypto';
import { Types } from 'mongoose';
import type { MessageRecord } from '../models/message.model';
import type { ChatHead, NewEntry } from './journal.types';
import type { AppendOp, Lane } from './lane';

/** Digest of what a key was first used for: chat, content and the message replied to. */
export function digestOf(entry: NewEntry): string {
  const { chatId, content, replyTo } = entry;
  const identity = JSON.stringify([chatId, content, replyTo ? String(replyTo.id) : null]);
  return createHash('sha1').update(identity).digest('base64');
}

/** Gives each message the next numbers of its chat, on top of the lanes' durable heads; the heads stay as they are. */
export function numberOps(ops: readonly AppendOp[], now: Date): MessageRecord[] {
  const heads = new Map<Lane, ChatHead>();
  return ops.map((op) => {
    const head = heads.get(op.lane) ?? { ...(op.lane.head ?? { seq: 0, rev: 0, count: 0 }) };
    heads.set(op.lane, head);
    head.seq += 1;
    head.rev += 1;
    if (op.entry.content.type !== 'system') head.count += 1;
    return toRecord(op, head, now);
  });
}

function toRecord(op: AppendOp, head: ChatHead, now: Date): MessageRecord {
  const { entry } = op;
  return {
    _id: op.id,
    chatId: new Types.ObjectId(entry.chatId),
    seq: head.seq,
    rev: head.rev,
    count: head.count,
    senderId: new Types.ObjectId(entry.senderId),
    ...(entry.tempId !== undefined && { tempId: entry.tempId, digest: op.digest }),
    content: entry.content,
    ...(entry.replyTo && { replyTo: entry.replyTo }),
    ...(entry.forwardedFrom && { forwardedFrom: entry.forwardedFrom }),
    createdAt: now,
    changedAt: now,
    ...(entry.expiresAt && { expiresAt: entry.expiresAt }),
  };
}
