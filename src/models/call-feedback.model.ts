import { model, Schema, type Types } from 'mongoose';

/** What one participant's client measured, boiled down; times in ms. */
export const CALL_FIGURES = [
  'packetLossPercent',
  'roundTripMs',
  'jitterMs',
  'packetsLost',
  'packetsReceived',
  'bytesSent',
  'bytesReceived',
  'bitrateKbps',
  'framesPerSecond',
] as const;
export type CallFigure = (typeof CALL_FIGURES)[number];

export type CallStats = Partial<Record<CallFigure, number>> & { candidateType?: string };

/** How one participant found a call; giving it again replaces it. */
export interface CallFeedbackRecord {
  _id: Types.ObjectId;
  callId: Types.ObjectId;
  userId: Types.ObjectId;
  /** 1 to 5. */
  rating: number;
  issues: string[];
  stats: CallStats;
  /** When the call was made, so that a period's feedback is found without its calls. */
  calledAt: Date;
  createdAt: Date;
}

const statsSchema = new Schema<CallStats>(
  { ...Object.fromEntries(CALL_FIGURES.map((name) => [name, Number])), candidateType: String },
  { _id: false },
);

const feedbackSchema = new Schema<CallFeedbackRecord>(
  {
    callId: { type: Schema.Types.ObjectId, required: true },
    userId: { type: Schema.Types.ObjectId, required: true },
    rating: { type: Number, required: true, min: 1, max: 5 },
    issues: { type: [String], default: [] },
    stats: { type: statsSchema, default: () => ({}) },
    calledAt: { type: Date, required: true },
    createdAt: { type: Date, required: true },
  },
  { versionKey: false },
);

feedbackSchema.index({ callId: 1, userId: 1 }, { unique: true });
feedbackSchema.index({ userId: 1, calledAt: -1 });

export const CallFeedbackModel = model<CallFeedbackRecord>('CallFeedback', feedbackSchema);
