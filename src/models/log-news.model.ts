import { model, Schema, type Types } from 'mongoose';

/** What one flush wrote to one chat: its head after it, and the ids of the messages, in the order of their `seq`. */
export interface ChatNews {
  chatId: Types.ObjectId;
  seq: number;
  rev: number;
  count: number;
  ids: Types.ObjectId[];
}

/**
 * News of a node for the others: which rows of the log are new, what else changed. It holds ids and no content, and nothing of it is
 * needed after a few minutes: who missed it reads the log.
 */
export interface LogNewsRecord {
  _id: Types.ObjectId;
  /** Who wrote. */
  node: string;
  at: Date;
  chats: ChatNews[];
  /** What else was announced there and others must hear of, in its order (`journal/shared-events.ts`). */
  events?: string[];
  /** There was more than could be named here: whoever is connected elsewhere has to ask. */
  isCut?: boolean;
}

const KEPT_SECONDS = 600;

const logNewsSchema = new Schema<LogNewsRecord>(
  {
    node: { type: String, required: true },
    at: { type: Date, required: true },
    chats: { type: Schema.Types.Mixed, required: true },
    events: { type: [String], default: undefined },
    isCut: Boolean,
  },
  { versionKey: false },
);

logNewsSchema.index({ at: 1 }, { expireAfterSeconds: KEPT_SECONDS });

export const LogNewsModel = model<LogNewsRecord>('LogNews', logNewsSchema);
