/**
 * Owns stories: what a person shows for a day. The moment of a story's end is kept in it and held against the clock by every read; the
 * database drops the rest by its TTL index, so an end that comes late there is seen by nobody (docs/stories.md).
 */
import { MAX_STORIES_PER_DAY } from '../config/limits';
import { AppError } from '../errors/app-error';
import { isDuplicateKey } from '../errors/from-mongo';
import type { EventBus } from '../events/event-bus';
import { newObjectId, toObjectId } from '../models/object-id';
import { StoryModel, type StoryRecord } from '../models/story.model';
import { STORY_LIFE_MS } from '../policies/story.policy';
import type { Clock } from '../types/clock';
import type { MediaLibrary } from './media-library.types';
import type { RateCountService, RateWindow } from './rate-count.service';
import { findOwnStory, findVisibleStory } from './story-access';
import { isSameStory, readStory, type StoryDraft, type StoryInput } from './story-draft';
import { describeStories, type StoryEntry } from './story-entries';
import { removeStory } from './story-remains';

export interface StoryService {
  /**
   * Shows something for a day. The same `tempId` again finds the first one.
   * @throws validation_failed, conflict when the `tempId` was another story's, rate_limited
   */
  post(ownerId: string, input: StoryInput): Promise<{ entry: StoryEntry; isNew: boolean }>;
  /** @throws not_found */
  get(viewerId: string, storyId: string): Promise<StoryEntry>;
  /** Takes a story away from everybody, also a kept one, with its views and, if nothing else shows it, its file. @throws not_found, forbidden */
  remove(userId: string, storyId: string): Promise<void>;
}

export function createStoryService(deps: {
  bus: EventBus;
  clock: Clock;
  library: MediaLibrary;
  rateCounts: RateCountService;
}): StoryService {
  const { bus, clock, library, rateCounts } = deps;

  async function findRepeated(
    ownerId: string,
    tempId: string | undefined,
    draft: StoryDraft,
  ): Promise<StoryRecord | undefined> {
    if (tempId === undefined) return undefined;
    const story = await StoryModel.findOne({ ownerId, tempId }).lean();
    if (!story) return undefined;
    if (!isSameStory(story, draft)) throw new AppError('conflict', 'This tempId was used for another story');
    return story;
  }

  async function claimFile(ownerId: string, { type, mediaId }: StoryDraft): Promise<void> {
    if (type !== 'text' && mediaId !== null) await library.claim(ownerId, mediaId, [type], 'mediaId');
  }

  async function insert(
    ownerId: string,
    tempId: string | undefined,
    draft: StoryDraft,
  ): Promise<StoryRecord> {
    const createdAt = clock.now();
    const expiresAt = new Date(createdAt.getTime() + STORY_LIFE_MS);
    const story: StoryRecord = {
      _id: newObjectId(),
      ownerId: toObjectId(ownerId),
      ...draft,
      namedIds: draft.namedIds.map(toObjectId),
      ...(tempId !== undefined && { tempId }),
      createdAt,
      expiresAt,
      removeAt: expiresAt,
      highlight: null,
    };
    await StoryModel.collection.insertOne(story);
    return story;
  }

  async function insertOnce(
    ownerId: string,
    tempId: string | undefined,
    draft: StoryDraft,
  ): Promise<{ story: StoryRecord; isNew: boolean }> {
    const window = windowOf(ownerId);
    const { isOver, retryAfterSeconds } = await rateCounts.count(window);
    try {
      if (isOver)
        throw new AppError('rate_limited', `You can post ${MAX_STORIES_PER_DAY} stories a day`, {
          retryAfterSeconds,
        });
      return { story: await insert(ownerId, tempId, draft), isNew: true };
    } catch (error) {
      await rateCounts.release(window);
      const first = isDuplicateKey(error) ? await findRepeated(ownerId, tempId, draft) : undefined;
      if (first) return { story: first, isNew: false };
      throw error;
    }
  }

  const entryOf = async (viewerId: string, story: StoryRecord): Promise<StoryEntry> => {
    const [entry] = await describeStories(viewerId, [story]);
    return entry ?? { story, isViewed: false };
  };

  return {
    async post(ownerId, input) {
      const draft = readStory(ownerId, input);
      const tempId = input.tempId ?? undefined;
      const repeated = await findRepeated(ownerId, tempId, draft);
      if (repeated) return { entry: await entryOf(ownerId, repeated), isNew: false };
      await claimFile(ownerId, draft);
      const { story, isNew } = await insertOnce(ownerId, tempId, draft);
      if (isNew) bus.emit('story.created', { story });
      return { entry: await entryOf(ownerId, story), isNew };
    },

    async get(viewerId, storyId) {
      return entryOf(viewerId, await findVisibleStory(viewerId, storyId, clock.now()));
    },

    async remove(userId, storyId) {
      await removeStory(await findOwnStory(userId, storyId, clock.now()), library);
    },
  };
}

function windowOf(ownerId: string): RateWindow {
  return { key: `story:${ownerId}`, windowMs: 24 * 3_600_000, max: MAX_STORIES_PER_DAY };
}
