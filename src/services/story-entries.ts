import { ContactModel } from '../models/contact.model';
import { type ObjectId, toObjectId } from '../models/object-id';
import type { StoryRecord } from '../models/story.model';
import { StoryViewModel } from '../models/story-view.model';
import { trusted } from '../models/trusted';

/** A story with what it is to its viewer. */
export interface StoryEntry {
  story: StoryRecord;
  /** The viewer has looked at it; true of one's own. */
  isViewed: boolean;
  /** How many have looked at it; known to its owner only. */
  viewCount?: number;
}

/** Adds to stories what they are to this viewer, in at most three queries for all of them. */
export async function describeStories(
  viewerId: string,
  stories: readonly StoryRecord[],
): Promise<StoryEntry[]> {
  const isOwn = ({ ownerId }: StoryRecord) => String(ownerId) === viewerId;
  const [counts, seen] = await Promise.all([
    countViews(viewerId, stories.filter(isOwn)),
    viewedAmong(
      viewerId,
      stories.filter((story) => !isOwn(story)).map(({ _id }) => _id),
    ),
  ]);
  return stories.map((story) => {
    const id = String(story._id);
    if (isOwn(story)) return { story, isViewed: true, viewCount: counts.get(id) ?? 0 };
    return { story, isViewed: seen.has(id) };
  });
}

/** Of these stories the ids of those the viewer has looked at. */
export async function viewedAmong(viewerId: string, storyIds: readonly ObjectId[]): Promise<Set<string>> {
  if (storyIds.length === 0) return new Set();
  const views = await StoryViewModel.find(
    { viewerId, storyId: trusted({ $in: [...storyIds] }) },
    { storyId: 1 },
  ).lean();
  return new Set(views.map(({ storyId }) => String(storyId)));
}

/** Between whom and the user a block stands, in whichever direction: they are not shown among those who looked. */
export async function blockedAround(userId: string): Promise<ObjectId[]> {
  const sides = await ContactModel.find(
    {
      $or: [
        { ownerId: userId, isBlocked: true },
        { userId, isBlocked: true },
      ],
    },
    { ownerId: 1, userId: 1 },
  ).lean();
  return sides.map((side) => (String(side.ownerId) === userId ? side.userId : side.ownerId));
}

async function countViews(ownerId: string, own: readonly StoryRecord[]): Promise<Map<string, number>> {
  if (own.length === 0) return new Map();
  const hidden = await blockedAround(ownerId);
  const counts = await StoryViewModel.collection
    .aggregate<{ _id: ObjectId; count: number }>([
      { $match: { storyId: { $in: own.map(({ _id }) => _id) }, viewerId: { $nin: hidden } } },
      { $group: { _id: '$storyId', count: { $sum: 1 } } },
    ])
    .toArray();
  return new Map(counts.map(({ _id, count }) => [String(_id), count]));
}

/** How many have looked at one story, whose owner has these blocks around them. */
export function countViewsOf(storyId: ObjectId, hidden: readonly ObjectId[]): Promise<number> {
  return StoryViewModel.collection.countDocuments({ storyId, viewerId: { $nin: [...hidden] } });
}

/** The views of a story, the newest first, from a place on. */
export function findViews(
  storyId: ObjectId,
  hidden: readonly ObjectId[],
  page: { limit: number; after?: { rank: number; id: string } },
) {
  const { limit, after } = page;
  const at = after && new Date(after.rank);
  return StoryViewModel.find({
    storyId,
    viewerId: trusted({ $nin: [...hidden] }),
    ...(after && {
      $or: [
        { viewedAt: trusted({ $lt: at }) },
        { viewedAt: at, _id: trusted({ $lt: toObjectId(after.id) }) },
      ],
    }),
  })
    .sort({ viewedAt: -1, _id: -1 })
    .limit(limit)
    .lean();
}
