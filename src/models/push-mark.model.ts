import { model, Schema, type Types } from 'mongoose';

/**
 * What a device is owed and was sent about one thing, a chat above all: up to `dueSeq` it shall hear, up to `doneSeq` that is settled
 * (sent, or not needed any more), up to `shownSeq` it was sent. A row goes when what it is about was read.
 */
export interface PushMarkRecord {
  _id: Types.ObjectId;
  userId: Types.ObjectId;
  deviceId: string;
  /** The collapse id (`push.presenter.ts`). */
  about: string;
  dueSeq: number;
  doneSeq: number;
  shownSeq: number;
  /** True while `dueSeq` is above `doneSeq`. */
  isPending?: boolean;
  at: Date;
}

/** Nobody looks for a notification that old any more. */
const KEPT_SECONDS = 30 * 86_400;

const pushMarkSchema = new Schema<PushMarkRecord>(
  {
    userId: { type: Schema.Types.ObjectId, required: true },
    deviceId: { type: String, required: true },
    about: { type: String, required: true },
    dueSeq: { type: Number, default: 0 },
    doneSeq: { type: Number, default: 0 },
    shownSeq: { type: Number, default: 0 },
    isPending: Boolean,
    at: { type: Date, required: true },
  },
  { versionKey: false },
);

pushMarkSchema.index({ about: 1, userId: 1, deviceId: 1 }, { unique: true });
pushMarkSchema.index({ userId: 1 });
pushMarkSchema.index({ isPending: 1, at: 1 }, { partialFilterExpression: { isPending: true } });
pushMarkSchema.index({ at: 1 }, { expireAfterSeconds: KEPT_SECONDS });

export const PushMarkModel = model<PushMarkRecord>('PushMark', pushMarkSchema);
