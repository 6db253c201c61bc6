import { model, Schema, type Types } from 'mongoose';
import { MEDIA_TYPES, type MediaType } from '../types/content';

/** `pending` while the bytes are on their way to the provider; nothing may refer to it before it is `ready`. */
export const MEDIA_STATES = ['pending', 'ready'] as const;
export type MediaState = (typeof MEDIA_STATES)[number];

/**
 * One uploaded file. Messages, stories and avatars refer to it; the bytes are with the media provider under `storageKey`. Media
 * that nothing refers to any more is removed by a job, which looks at it when `reconsiderAt` has come.
 */
export interface MediaRecord {
  _id: Types.ObjectId;
  ownerId: Types.ObjectId;
  kind: MediaType;
  state: MediaState;
  /** Where the provider keeps the bytes; made by the server, never from a client's words. */
  storageKey: string;
  /** The picture that stands for it: of an image a small one, of a video a frame. */
  thumbnailKey?: string;
  /** The file name as the uploader called it, without any path. */
  name: string;
  /** In bytes; of a pending one what was announced, so that the quota counts it. */
  size: number;
  /** By content, never by name. */
  mimeType: string;
  width?: number;
  height?: number;
  durationMs?: number;
  /** Loudness of audio in 64 steps over its duration, each 0 to 100. */
  waveform?: number[];
  /** When to look whether anything refers to it still; absent while nobody has let go of it. */
  reconsiderAt?: Date;
  createdAt: Date;
}

const mediaSchema = new Schema<MediaRecord>(
  {
    ownerId: { type: Schema.Types.ObjectId, required: true },
    kind: { type: String, enum: MEDIA_TYPES, required: true },
    state: { type: String, enum: MEDIA_STATES, required: true },
    storageKey: { type: String, required: true },
    thumbnailKey: String,
    name: { type: String, default: '' },
    size: { type: Number, required: true },
    mimeType: { type: String, required: true },
    width: Number,
    height: Number,
    durationMs: Number,
    waveform: { type: [Number], default: undefined },
    reconsiderAt: Date,
    createdAt: { type: Date, required: true },
  },
  { versionKey: false },
);

mediaSchema.index({ ownerId: 1, size: 1 });
mediaSchema.index({ reconsiderAt: 1 }, { partialFilterExpression: { reconsiderAt: { $exists: true } } });

export const MediaModel = model<MediaRecord>('Media', mediaSchema);
