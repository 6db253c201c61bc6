import { model, Schema, type Types } from 'mongoose';
import { STORY_AUDIENCES, STORY_TYPES, type StoryAudience, type StoryType } from '../types/story';

/** A story that its owner keeps; those with the same title are shown together. */
export interface StoryHighlight {
  title: string;
  at: Date;
}

/** What somebody shows for a day, and who may see it. Who looked at it is in `storyviews`. */
export interface StoryRecord {
  _id: Types.ObjectId;
  ownerId: Types.ObjectId;
  type: StoryType;
  text: string | null;
  /** The uploaded file it shows; null of a text. */
  mediaId: string | null;
  caption: string | null;
  background: string | null;
  audience: StoryAudience;
  /** Whom `except` leaves out, or `only` is for; empty otherwise. */
  namedIds: Types.ObjectId[];
  /** The owner's own key, by which a repeated request is recognised. */
  tempId?: string;
  createdAt: Date;
  /** From this moment on nobody sees it but as a highlight. */
  expiresAt: Date;
  /** When the database drops it; a highlight has none and stays. */
  removeAt?: Date;
  highlight: StoryHighlight | null;
}

const storySchema = new Schema<StoryRecord>(
  {
    ownerId: { type: Schema.Types.ObjectId, required: true },
    type: { type: String, enum: STORY_TYPES, required: true },
    text: { type: String, default: null },
    mediaId: { type: String, default: null },
    caption: { type: String, default: null },
    background: { type: String, default: null },
    audience: { type: String, enum: STORY_AUDIENCES, required: true },
    namedIds: { type: [Schema.Types.ObjectId], default: [] },
    tempId: String,
    createdAt: { type: Date, required: true },
    expiresAt: { type: Date, required: true },
    removeAt: Date,
    highlight: {
      type: new Schema<StoryHighlight>(
        { title: { type: String, default: '' }, at: { type: Date, required: true } },
        { _id: false },
      ),
      default: null,
    },
  },
  { versionKey: false },
);

storySchema.index({ removeAt: 1 }, { expireAfterSeconds: 0 });
storySchema.index({ ownerId: 1, expiresAt: -1 });
storySchema.index(
  { ownerId: 1, 'highlight.at': -1 },
  { partialFilterExpression: { 'highlight.at': { $exists: true } } },
);
storySchema.index(
  { ownerId: 1, tempId: 1 },
  { unique: true, partialFilterExpression: { tempId: { $exists: true } } },
);
storySchema.index({ mediaId: 1 });

export const StoryModel = model<StoryRecord>('Story', storySchema);
