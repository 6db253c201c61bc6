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
  },
  { timestamps: true, versionKey: false },
);

contactSchema.index({ ownerId: 1, userId: 1 }, { unique: true });
contactSchema.index({ userId: 1 });

export const ContactModel = model<ContactRecord>('Contact', contactSchema);
