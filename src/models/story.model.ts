import { model, Schema, type Types } from 'mongoose';

export const STORY_TYPES = ['text', 'image', 'video'] as const;
export type StoryType = (typeof STORY_TYPES)[number];

export const STORY_AUDIENCES = ['everyone', 'contacts', 'except', 'only'] as const;
export type StoryAudience = (typeof STORY_AUDIENCES)[number];

/** Contract section 7: who may see a story; `except` is contacts without the named, `only` the named alone. */
export interface StoryPrivacy {
  audience: StoryAudience;
  userIds: Types.ObjectId[];
}

/**
 * A story lives 24 h: the TTL index on `expiresAt` removes it, and every read hides it from the first moment after. A highlight
 * has no `expiresAt` in the index's sense: it is kept, with the time it would have ended in `endsAt`.
 */
export interface StoryRecord {
  _id: Types.ObjectId;
  ownerId: Types.ObjectId;
  type: StoryType;
  text: string | null;
  mediaId: Types.ObjectId | null;
  caption: string | null;
  background: string | null;
  privacy: StoryPrivacy;
  /** When it ends, or would have ended, for the feed. */
  endsAt: Date;
  /** What the TTL index goes by; absent in a highlight. */
  expiresAt?: Date;
  /** The title it is kept under; null while it is none. */
  highlight: { title: string } | null;
  createdAt: Date;
}

const storySchema = new Schema<StoryRecord>(
  {
    ownerId: { type: Schema.Types.ObjectId, required: true },
    type: { type: String, enum: STORY_TYPES, required: true },
    text: { type: String, default: null },
    mediaId: { type: Schema.Types.ObjectId, default: null },
    caption: { type: String, default: null },
    background: { type: String, default: null },
    privacy: {
      audience: { type: String, enum: STORY_AUDIENCES, required: true },
      userIds: { type: [Schema.Types.ObjectId], default: [] },
    },
    endsAt: { type: Date, required: true },
    expiresAt: Date,
    highlight: { type: new Schema({ title: String }, { _id: false }), default: null },
    createdAt: { type: Date, required: true },
  },
  { versionKey: false },
);

storySchema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });
storySchema.index({ ownerId: 1, endsAt: 1 });
storySchema.index({ mediaId: 1 }, { partialFilterExpression: { mediaId: { $type: 'objectId' } } });

export const StoryModel = model<StoryRecord>('Story', storySchema);
