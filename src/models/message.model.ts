import { model, Schema, type Types } from 'mongoose';
import type { Content } from '../types/content';

export interface ReactionRecord {
  userId: Types.ObjectId;
  emoji: string;
  at: Date;
}

/**
 * The log of all chats. Only `journal/` writes here. The unique indexes are what keeps the promises of design section 3:
 * one message a `seq`, one change a `rev`, one message an idempotency key.
 *
 * Every change has a row of its own, so that a `rev` once taken stays taken: a message at its birth, and for each later change a
 * marker that names the message (`ChangeMarker`). A row that moved to a higher `rev` instead would free its old one for a node that
 * had not heard of the move (docs/decisions/0004).
 */
export interface MessageRecord {
  _id: Types.ObjectId;
  chatId: Types.ObjectId;
  /** 1, 2, 3 ... in this chat. */
  seq: number;
  /** The change that was the message's birth. */
  rev: number;
  /** The last change that touched it later; `revOf` gives the number clients see. */
  lastRev?: number;
  /** How many non-system messages the chat has up to this one. */
  count: number;
  senderId: Types.ObjectId;
  /** The client's idempotency key. */
  tempId?: string;
  /** Digest of what was first sent under `tempId`; set when the message first changes. */
  digest?: string;
  /** Null in a tombstone. */
  content: Content | null;
  /** `expiresAt` is that of the quoted message, whose content shall be seen no longer here than there. */
  replyTo?: {
    id: Types.ObjectId;
    senderId: Types.ObjectId;
    content: Content | null;
    expiresAt?: Date;
  } | null;
  forwardedFrom?: { messageId: Types.ObjectId; senderId: Types.ObjectId } | null;
  reactions?: ReactionRecord[];
  createdAt: Date;
  editedAt?: Date | null;
  deletedAt?: Date | null;
  /** Users who deleted it for themselves. */
  deletedFor?: Types.ObjectId[];
  /** Set in chats with disappearing messages: hidden from then on, made a tombstone by a job. */
  expiresAt?: Date;
}

/** The log's row of a change to an earlier message. Its negative `seq` keeps it out of everything that counts messages. */
export interface ChangeMarker {
  _id: Types.ObjectId;
  chatId: Types.ObjectId;
  /** `-rev`. */
  seq: number;
  rev: number;
  count: number;
  senderId: Types.ObjectId;
  /** The message that changed. */
  ref: Types.ObjectId;
  createdAt: Date;
}

/** A message's `rev` on the wire: its latest change. */
export function revOf(message: Pick<MessageRecord, 'rev' | 'lastRev'>): number {
  return message.lastRev ?? message.rev;
}

const messageSchema = new Schema<MessageRecord>(
  {
    chatId: { type: Schema.Types.ObjectId, required: true },
    seq: { type: Number, required: true },
    rev: { type: Number, required: true },
    lastRev: Number,
    count: { type: Number, required: true },
    senderId: { type: Schema.Types.ObjectId, required: true },
    tempId: String,
    digest: String,
    content: { type: Schema.Types.Mixed, default: null },
    replyTo: { type: Schema.Types.Mixed },
    forwardedFrom: { type: Schema.Types.Mixed },
    reactions: { type: [Schema.Types.Mixed], default: undefined },
    createdAt: { type: Date, required: true },
    editedAt: Date,
    deletedAt: Date,
    deletedFor: { type: [Schema.Types.ObjectId], default: undefined },
    expiresAt: Date,
  },
  { versionKey: false, minimize: false },
);

messageSchema.index({ chatId: 1, seq: 1 }, { unique: true });
messageSchema.index({ chatId: 1, rev: 1 }, { unique: true });
messageSchema.index(
  { senderId: 1, tempId: 1 },
  { unique: true, partialFilterExpression: { tempId: { $exists: true } } },
);
// Markers have no content, and so no place in it.
messageSchema.index(
  { senderId: 1, createdAt: 1 },
  { partialFilterExpression: { content: { $exists: true } } },
);
messageSchema.index(
  { 'replyTo.id': 1, seq: 1 },
  { partialFilterExpression: { 'replyTo.id': { $exists: true } } },
);
messageSchema.index(
  { 'content.mediaId': 1 },
  { partialFilterExpression: { 'content.mediaId': { $exists: true } } },
);
messageSchema.index({ expiresAt: 1 }, { partialFilterExpression: { expiresAt: { $exists: true } } });

export const MessageModel = model<MessageRecord>('Message', messageSchema);
