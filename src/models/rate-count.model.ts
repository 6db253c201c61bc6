import { model, Schema } from 'mongoose';

/** A counter of one fixed window, such as `otp:ip:192.0.2.1:495012`; kept in the database so that a restart forgets none. */
export interface RateCountRecord {
  _id: string;
  count: number;
  expiresAt: Date;
}

const rateCountSchema = new Schema<RateCountRecord>(
  {
    _id: { type: String, required: true },
    count: { type: Number, required: true },
    expiresAt: { type: Date, required: true },
  },
  { versionKey: false },
);

rateCountSchema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });

export const RateCountModel = model<RateCountRecord>('RateCount', rateCountSchema);
