import { model, Schema, type Types } from 'mongoose';

/** How far a chat's log is in the search chunks: every change up to `rev`. `_id` is the chat's. */
export interface SearchProgressRecord {
  _id: Types.ObjectId;
  rev: number;
}

const searchProgressSchema = new Schema<SearchProgressRecord>(
  {
    _id: { type: Schema.Types.ObjectId, required: true },
    rev: { type: Number, required: true },
  },
  { versionKey: false },
);

export const SearchProgressModel = model<SearchProgressRecord>('SearchProgress', searchProgressSchema);
