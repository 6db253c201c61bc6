import { model, Schema, type Types } from 'mongoose';

/** How many message numbers one chunk covers. */
export const CHUNK_SIZE = 64;

/**
 * Which pieces of text occur among `CHUNK_SIZE` neighbouring messages of a chat. It only narrows a search down, what it points
 * to is still compared, so an old piece in it is harmless. Derived from the log and can be dropped: it is built anew.
 */
export interface SearchChunkRecord {
  /** The chat's id and `fromSeq`, joined by `:`. */
  _id: string;
  chatId: Types.ObjectId;
  /** The chunk covers the messages `fromSeq` to `toSeq`. */
  fromSeq: number;
  toSeq: number;
  /** When the first and the last message with a text in it were made. */
  firstAt: Date;
  lastAt: Date;
  /** The pieces as numbers of 16 bits, which bounds the size of a chunk whatever is written. */
  grams: number[];
}

const searchChunkSchema = new Schema<SearchChunkRecord>(
  {
    _id: { type: String, required: true },
    chatId: { type: Schema.Types.ObjectId, required: true },
    fromSeq: { type: Number, required: true },
    toSeq: { type: Number, required: true },
    firstAt: { type: Date, required: true },
    lastAt: { type: Date, required: true },
    grams: { type: [Number], required: true },
  },
  { versionKey: false },
);

searchChunkSchema.index({ chatId: 1, grams: 1, fromSeq: -1 });
// Answers queries without pieces from the index alone: the documents are large.
searchChunkSchema.index({ chatId: 1, fromSeq: -1, firstAt: 1, lastAt: 1 });

export const SearchChunkModel = model<SearchChunkRecord>('SearchChunk', searchChunkSchema);
