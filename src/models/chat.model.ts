import { model, Schema, type Types } from 'mongoose';

/**
 * A conversation. `seq`, `rev`, `count`, `lastMessageId` and `lastActivityAt` are a projection of the message log, written
 * behind the acknowledgement (design section 3); the log itself is the truth.
 */
export interface ChatRecord {
  _id: Types.ObjectId;
  type: 'private' | 'group';
  /** The two user ids of a private chat, sorted and joined by `:`; unique, so that a pair has one chat. */
  pairKey?: string;
  name: string;
  description: string;
  avatarUrl: string | null;
  ownerId: Types.ObjectId | null;
  memberCount: number;
  inviteToken?: string;
  inviteExpiresAt?: Date | null;
  /** 0 means that messages stay. */
  disappearingSeconds: number;
  /** Highest message number, highest change number, and how many messages are not system ones. */
  seq: number;
  rev: number;
  count: number;
  lastMessageId: Types.ObjectId | null;
  /** Up to here it is decided who is pushed; what is above it after a crash is decided then (`push-progress.ts`). */
  pushedSeq?: number;
  /** When something was last said or changed; lists are ordered by it. */
  lastActivityAt: Date;
  createdAt: Date;
}

const chatSchema = new Schema<ChatRecord>(
  {
    type: { type: String, enum: ['private', 'group'], required: true },
    pairKey: String,
    name: { type: String, default: '' },
    description: { type: String, default: '' },
    avatarUrl: { type: String, default: null },
    ownerId: { type: Schema.Types.ObjectId, default: null },
    memberCount: { type: Number, default: 0 },
    inviteToken: String,
    inviteExpiresAt: Date,
    disappearingSeconds: { type: Number, default: 0 },
    seq: { type: Number, default: 0 },
    rev: { type: Number, default: 0 },
    count: { type: Number, default: 0 },
    lastMessageId: { type: Schema.Types.ObjectId, default: null },
    pushedSeq: Number,
    lastActivityAt: { type: Date, required: true },
  },
  { timestamps: { createdAt: true, updatedAt: false }, versionKey: false },
);

chatSchema.index({ pairKey: 1 }, { unique: true, partialFilterExpression: { pairKey: { $exists: true } } });
chatSchema.index(
  { inviteToken: 1 },
  { unique: true, partialFilterExpression: { inviteToken: { $exists: true } } },
);

chatSchema.index({ avatarUrl: 1 }, { partialFilterExpression: { avatarUrl: { $gt: '' } } });

export const ChatModel = model<ChatRecord>('Chat', chatSchema);
