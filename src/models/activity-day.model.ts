import { model, Schema, type Types } from 'mongoose';

/** For so long a day is kept; the longest period that can be asked for is shorter. */
export const ACTIVITY_KEPT_DAYS = 100;

/** What one person did on one day (UTC): sums that are written behind, so a crash may cost the last half minute of them. */
export interface ActivityDayRecord {
  _id: Types.ObjectId;
  userId: Types.ObjectId;
  /** Midnight at which the day begins. */
  day: Date;
  /** How often the person came online. */
  sessions: number;
  onlineMs: number;
  sent: number;
  received: number;
  purgeAt: Date;
}

const activityDaySchema = new Schema<ActivityDayRecord>(
  {
    userId: { type: Schema.Types.ObjectId, required: true },
    day: { type: Date, required: true },
    sessions: { type: Number, default: 0 },
    onlineMs: { type: Number, default: 0 },
    sent: { type: Number, default: 0 },
    received: { type: Number, default: 0 },
    purgeAt: { type: Date, required: true },
  },
  { versionKey: false },
);

activityDaySchema.index({ userId: 1, day: 1 }, { unique: true });
activityDaySchema.index({ purgeAt: 1 }, { expireAfterSeconds: 0 });

export const ActivityDayModel = model<ActivityDayRecord>('ActivityDay', activityDaySchema);
