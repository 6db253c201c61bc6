import { model, Schema, type Types } from 'mongoose';

/**
 * The user's own feed (contract section 4, `states`): what changed for this user alone, the latest value per key,
 * numbered by `rev` per user so that a device can ask for what it missed.
 */
export interface UserChangeRecord {
  _id: Types.ObjectId;
  userId: Types.ObjectId;
  rev: number;
  key: string;
  value: unknown;
  changedAt: Date;
}

const userChangeSchema = new Schema<UserChangeRecord>(
  {
    userId: { type: Schema.Types.ObjectId, required: true },
    rev: { type: Number, required: true },
    key: { type: String, required: true },
    value: { type: Schema.Types.Mixed },
    changedAt: { type: Date, required: true },
  },
  { versionKey: false, minimize: false },
);

userChangeSchema.index({ userId: 1, key: 1 }, { unique: true });
userChangeSchema.index({ userId: 1, rev: 1 }, { unique: true });

export const UserChangeModel = model<UserChangeRecord>('UserChange', userChangeSchema);
