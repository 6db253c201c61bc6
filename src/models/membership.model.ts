import { model, Schema, type Types } from 'mongoose';

export const ROLES = ['owner', 'admin', 'member'] as const;
export type Role = (typeof ROLES)[number];

/**
 * One person in one chat, with their watermarks. A watermark only ever grows (`$max`); a seq it has reached counts as
 * delivered or read, so that no message needs a status row of its own.
 */
export interface MembershipRecord {
  _id: Types.ObjectId;
  chatId: Types.ObjectId;
  userId: Types.ObjectId;
  role: Role;
  joinedAt: Date;
  /** Messages up to here were before this member's time and stay unseen. */
  joinedSeq: number;
  /** Set while the person is not a member any more; the document stays for a return. */
  leftAt: Date | null;
  /** An admin ended the membership: the group's link does not bring this person back, only an admin does. */
  isRemoved: boolean;
  deliveredSeq: number;
  readSeq: number;
  /** How many non-system messages there are up to `readSeq`: unread = chat.count - readCount. */
  readCount: number;
  /** What others may know of `readSeq`: it stands still while read receipts are off. */
  shownReadSeq: number;
  /** How many non-system messages there were when the member last cleared the chat's notifications; only ever grows. */
  clearedCount?: number;
  clearedAt?: Date | null;
  mutedUntil: Date | null;
  pinned: boolean;
  archived: boolean;
}

const membershipSchema = new Schema<MembershipRecord>(
  {
    chatId: { type: Schema.Types.ObjectId, required: true },
    userId: { type: Schema.Types.ObjectId, required: true },
    role: { type: String, enum: ROLES, default: 'member' },
    joinedAt: { type: Date, required: true },
    joinedSeq: { type: Number, default: 0 },
    leftAt: { type: Date, default: null },
    isRemoved: { type: Boolean, default: false },
    deliveredSeq: { type: Number, default: 0 },
    readSeq: { type: Number, default: 0 },
    readCount: { type: Number, default: 0 },
    shownReadSeq: { type: Number, default: 0 },
    clearedCount: Number,
    clearedAt: Date,
    mutedUntil: { type: Date, default: null },
    pinned: { type: Boolean, default: false },
    archived: { type: Boolean, default: false },
  },
  { versionKey: false },
);

membershipSchema.index({ chatId: 1, userId: 1 }, { unique: true });
membershipSchema.index({ userId: 1, leftAt: 1 });
membershipSchema.index({ chatId: 1, leftAt: 1, joinedAt: 1 });

export const MembershipModel = model<MembershipRecord>('Membership', membershipSchema);
