import { model, Schema } from 'mongoose';

/** The state of proving one phone number or e-mail address; `_id` is that address. */
export interface OtpChallengeRecord {
  _id: string;
  /** bcrypt of the code sealed with the server's secret; absent when the provider keeps the code itself (Twilio Verify). */
  codeHash: string | null;
  expiresAt: Date;
  sentAt: Date;
  attempts: number;
  lockedUntil: Date | null;
  /** When the document may go: after the code, the lock and the hourly count are all over. */
  purgeAt: Date;
}

const otpChallengeSchema = new Schema<OtpChallengeRecord>(
  {
    _id: { type: String, required: true },
    codeHash: { type: String, default: null },
    expiresAt: { type: Date, required: true },
    sentAt: { type: Date, required: true },
    attempts: { type: Number, default: 0 },
    lockedUntil: { type: Date, default: null },
    purgeAt: { type: Date, required: true },
  },
  { versionKey: false },
);

otpChallengeSchema.index({ purgeAt: 1 }, { expireAfterSeconds: 0 });

export const OtpChallengeModel = model<OtpChallengeRecord>('OtpChallenge', otpChallengeSchema);
