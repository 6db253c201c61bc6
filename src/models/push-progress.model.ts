import { model, Schema } from 'mongoose';

/**
 * The checkpoint of pushes, one document: who is to hear of everything written before `at` is decided. What comes later is read from
 * the log again at the next start, and for each chat decided above its `pushedSeq`.
 */
export interface PushProgressRecord {
  _id: 'push';
  at: Date;
  /** When pushes began; what was written before is no news. */
  from: Date;
}

const pushProgressSchema = new Schema<PushProgressRecord>(
  {
    _id: { type: String, required: true },
    at: { type: Date, required: true },
    from: { type: Date, required: true },
  },
  { versionKey: false },
);

export const PushProgressModel = model<PushProgressRecord>('PushProgress', pushProgressSchema);
