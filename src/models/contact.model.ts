import { model, Schema, type Types } from 'mongoose';

/**
 * One side of a relationship: what `ownerId` holds about `userId`. Both sides are separate documents, so that
 * an address-book entry is one-sided (contract section 6). `isBlocked` stands beside the status: unblocking restores it.
 */
export interface ContactRecord {
  _id: Types.ObjectId;
  ownerId: Types.ObjectId;
  userId: Types.ObjectId;
  status: 'none' | 'pending' | 'accepted';
  direction: 'incoming' | 'outgoing';
  isBlocked: boolean;
  /** When the request that is pending here was made. */
  requestedAt?: Date | null;
  /** When the owner looked at the pending request; null while it counts as a notification. */
  viewedAt?: Date | null;
  /** When the owner last rejected a request of the other. */
  rejectedAt?: Date | null;
  /** Counts the changes of this side. */
  rev: number;
  /** Set by every change until the owner's feed has it, so that a crash in between leaves nothing untold. */
  isUntold?: boolean;
  createdAt: Date;
  updatedAt: Date;
}

const contactSchema = new Schema<ContactRecord>(
  {
    ownerId: { type: Schema.Types.ObjectId, required: true },
    userId: { type: Schema.Types.ObjectId, required: true },
    status: { type: String, enum: ['none', 'pending', 'accepted'], required: true },
    direction: { type: String, enum: ['incoming', 'outgoing'], required: true },
    isBlocked: { type: Boolean, default: false },
    requestedAt: Date,
    viewedAt: Date,
    rejectedAt: Date,
    rev: { type: Number, default: 0 },
    isUntold: Boolean,
  },
  { timestamps: true, versionKey: false },
);

contactSchema.index({ ownerId: 1, userId: 1 }, { unique: true });
contactSchema.index({ userId: 1 });
contactSchema.index({ ownerId: 1, status: 1, direction: 1, requestedAt: -1, _id: -1 });
contactSchema.index(
  { requestedAt: 1 },
  { partialFilterExpression: { status: 'pending', direction: 'incoming' } },
);
contactSchema.index({ isUntold: 1 }, { partialFilterExpression: { isUntold: true } });

export const ContactModel = model<ContactRecord>('Contact', contactSchema);
