import { MAX_HIGHLIGHTS } from '../config/limits';
import { AppError, notFound } from '../errors/app-error';
import { createKeyedQueue } from '../helpers/keyed-queue';
import { wellFormed } from '../helpers/well-formed';
import { StoryModel, type StoryRecord } from '../models/story.model';
import { StoryViewModel } from '../models/story-view.model';
import { trusted } from '../models/trusted';
import { UserModel } from '../models/user.model';
import { isCurrent } from '../policies/story.policy';
import type { Clock } from '../types/clock';
import type { MediaLibrary } from './media-library.types';
import { findOwnStory, visibleAmong } from './story-access';
import { describeStories, type StoryEntry } from './story-entries';
import { removeStory } from './story-remains';

/** Kept stories that share a title, the oldest first. */
export interface HighlightEntry {
  title: string;
  stories: StoryEntry[];
}

export interface StoryHighlightService {
  /** Keeps a story beyond its day; again, it gets the new title. @throws not_found, forbidden, conflict when there are too many */
  keep(userId: string, storyId: string, title: string): Promise<StoryEntry>;
  /** Keeps it no longer: it ends with its day, or now if that is over. @throws not_found, forbidden */
  letGo(userId: string, storyId: string): Promise<void>;
  /** What of somebody's kept stories the viewer may see, by title, the one newest kept first. @throws not_found */
  list(viewerId: string, ownerId: string): Promise<HighlightEntry[]>;
}

const IS_HIGHLIGHT = { 'highlight.at': trusted({ $exists: true }) };

export function createStoryHighlightService(deps: {
  clock: Clock;
  library: MediaLibrary;
}): StoryHighlightService {
  const { clock, library } = deps;
  /** Two at once must not pass the limit together. */
  const inTurn = createKeyedQueue();

  /** The story may end while this is asked for, so the write itself holds it against the clock. */
  async function write(story: StoryRecord, title: string): Promise<StoryRecord> {
    const now = clock.now();
    const kept = await StoryModel.findOneAndUpdate(
      { _id: story._id, $or: [{ expiresAt: trusted({ $gt: now }) }, IS_HIGHLIGHT] },
      { $set: { highlight: { title, at: story.highlight?.at ?? now } }, $unset: { removeAt: '' } },
      { returnDocument: 'after' },
    ).lean();
    if (!kept) throw notFound('The story');
    await StoryViewModel.updateMany(
      { storyId: story._id },
      { $set: { isKept: true }, $unset: { removeAt: '' } },
    );
    return kept;
  }

  async function endWithItsDay({ _id, expiresAt, mediaId }: StoryRecord): Promise<void> {
    await StoryModel.updateOne({ _id }, { $set: { highlight: null, removeAt: expiresAt } });
    await StoryViewModel.updateMany(
      { storyId: _id },
      { $set: { removeAt: expiresAt }, $unset: { isKept: '' } },
    );
    // A kept file is looked at no more; from now on it has an end again.
    if (mediaId !== null) await library.reconsider([mediaId]);
  }

  return {
    keep: (userId, storyId, title) =>
      inTurn(userId, async () => {
        const story = await findOwnStory(userId, storyId, clock.now());
        if (!story.highlight && (await countOf(userId)) >= MAX_HIGHLIGHTS)
          throw new AppError('conflict', `You keep ${MAX_HIGHLIGHTS} stories; let go of one first`);
        const kept = await write(story, wellFormed(title.trim()));
        const [entry] = await describeStories(userId, [kept]);
        return entry ?? { story: kept, isViewed: true };
      }),

    letGo: (userId, storyId) =>
      inTurn(userId, async () => {
        const now = clock.now();
        const story = await findOwnStory(userId, storyId, now);
        if (!story.highlight) return;
        if (isCurrent(story, now)) await endWithItsDay(story);
        else await removeStory(story, library);
      }),

    async list(viewerId, ownerId) {
      if (!(await UserModel.exists({ _id: ownerId, deletedAt: null }))) throw notFound('The user');
      const kept = await StoryModel.find({ ownerId, ...IS_HIGHLIGHT })
        .sort({ 'highlight.at': -1 })
        .limit(MAX_HIGHLIGHTS)
        .lean();
      const visible = await visibleAmong(viewerId, kept, clock.now());
      return byTitle(await describeStories(viewerId, visible));
    },
  };
}

function countOf(ownerId: string): Promise<number> {
  return StoryModel.countDocuments({ ownerId, ...IS_HIGHLIGHT });
}

function byTitle(entries: readonly StoryEntry[]): HighlightEntry[] {
  const groups = new Map<string, StoryEntry[]>();
  for (const entry of entries) {
    const title = entry.story.highlight?.title ?? '';
    groups.set(title, [...(groups.get(title) ?? []), entry]);
  }
  return [...groups].map(([title, stories]) => ({ title, stories: stories.sort(byAge) }));
}

function byAge(a: StoryEntry, b: StoryEntry): number {
  return a.story.createdAt.getTime() - b.story.createdAt.getTime();
}
