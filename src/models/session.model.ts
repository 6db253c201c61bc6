import { model, Schema, type Types } from 'mongoose';

/** One login on one device: a refresh-token family (contract section 3). `_id` is the token's `sid`. */
export interface SessionRecord {
  _id: Types.ObjectId;
  userId: Types.ObjectId;
  deviceId: string;
  dialect: string;
  /** Number of the refresh token that is valid now; grows by one with each rotation. */
  generation: number;
  /** SHA-256 of the valid refresh token. */
  refreshHash: string;
  rotatedAt: Date | null;
  revokedAt: Date | null;
  expiresAt: Date;
  createdAt: Date;
}

const sessionSchema = new Schema<SessionRecord>(
  {
    userId: { type: Schema.Types.ObjectId, required: true },
    deviceId: { type: String, required: true },
    dialect: { type: String, required: true },
    generation: { type: Number, default: 1 },
    refreshHash: { type: String, required: true },
    rotatedAt: { type: Date, default: null },
    revokedAt: { type: Date, default: null },
    expiresAt: { type: Date, required: true },
  },
  { timestamps: { createdAt: true, updatedAt: false }, versionKey: false },
);

sessionSchema.index({ userId: 1, deviceId: 1 });
sessionSchema.index({ revokedAt: 1 });
// Kept a day after its end, so that a late reuse is still recognised for what it is.
sessionSchema.index({ expiresAt: 1 }, { expireAfterSeconds: 86_400 });

export const SessionModel = model<SessionRecord>('Session', sessionSchema);
