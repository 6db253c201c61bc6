import { model, Schema, type Types } from 'mongoose';

/** That somebody looked at a story, once for each of them, and what they thought of it. */
export interface StoryViewRecord {
  _id: Types.ObjectId;
  storyId: Types.ObjectId;
  viewerId: Types.ObjectId;
  viewedAt: Date;
  reaction: string | null;
  /** Goes with its story; that of a highlight has none. */
  removeAt?: Date;
  /** Set instead of `removeAt`, so that what a crash left of a highlight is found. */
  isKept?: boolean;
}

const storyViewSchema = new Schema<StoryViewRecord>(
  {
    storyId: { type: Schema.Types.ObjectId, required: true },
    viewerId: { type: Schema.Types.ObjectId, required: true },
    viewedAt: { type: Date, required: true },
    reaction: { type: String, default: null },
    removeAt: Date,
    isKept: Boolean,
  },
  { versionKey: false },
);

storyViewSchema.index({ storyId: 1, viewerId: 1 }, { unique: true });
storyViewSchema.index({ storyId: 1, viewedAt: -1, _id: -1 });
storyViewSchema.index({ viewerId: 1, storyId: 1 });
storyViewSchema.index({ removeAt: 1 }, { expireAfterSeconds: 0 });
storyViewSchema.index({ storyId: 1 }, { partialFilterExpression: { isKept: true } });

export const StoryViewModel = model<StoryViewRecord>('StoryView', storyViewSchema);
