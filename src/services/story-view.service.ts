import { isDuplicateKey } from '../errors/from-mongo';
import type { EventBus } from '../events/event-bus';
import { assertEmoji } from '../helpers/emoji';
import { decodeRankCursor, encodeRankCursor } from '../helpers/rank-cursor';
import { toObjectId } from '../models/object-id';
import type { StoryRecord } from '../models/story.model';
import { StoryViewModel, type StoryViewRecord } from '../models/story-view.model';
import { trusted } from '../models/trusted';
import { UserModel, type UserRecord } from '../models/user.model';
import type { Relation } from '../policies/contact.policy';
import { assertMayReact } from '../policies/story.policy';
import type { Clock } from '../types/clock';
import { relationsOf } from './relation.service';
import { findOwnStory, findVisibleStory } from './story-access';
import { blockedAround, countViewsOf, findViews } from './story-entries';

/** Somebody who looked at a story, as its owner stands to them. */
export interface StoryViewEntry {
  view: StoryViewRecord;
  user: UserRecord;
  relation: Relation;
}

export interface StoryViewPage {
  views: StoryViewEntry[];
  /** All of them, not only this page. */
  count: number;
  nextCursor: string | null;
}

export interface StoryViewService {
  /** Notes that the user looked at a story; the first time counts, one's own never does. @throws not_found */
  view(viewerId: string, storyId: string): Promise<void>;
  /** Sets the viewer's one reaction, or takes it back with null; who reacts has looked. @throws validation_failed, not_found, forbidden */
  react(viewerId: string, storyId: string, emoji: string | null): Promise<void>;
  /** Who looked at one's own story, the newest first, but nobody with a block between. @throws not_found, forbidden, validation_failed */
  list(userId: string, storyId: string, page: { limit: number; cursor?: string }): Promise<StoryViewPage>;
}

export function createStoryViewService({ bus, clock }: { bus: EventBus; clock: Clock }): StoryViewService {
  async function record(story: StoryRecord, viewerId: string): Promise<void> {
    if (await insertView(story, viewerId, clock.now())) bus.emit('story.viewed', { story, viewerId });
  }

  return {
    async view(viewerId, storyId) {
      const story = await findVisibleStory(viewerId, storyId, clock.now());
      if (String(story.ownerId) !== viewerId) await record(story, viewerId);
    },

    async react(viewerId, storyId, emoji) {
      assertEmoji(emoji);
      const story = await findVisibleStory(viewerId, storyId, clock.now());
      assertMayReact(viewerId, String(story.ownerId));
      await record(story, viewerId);
      const { modifiedCount } = await StoryViewModel.updateOne(
        { storyId: story._id, viewerId },
        { $set: { reaction: emoji } },
      );
      if (modifiedCount > 0) bus.emit('story.reacted', { story, userId: viewerId, emoji });
    },

    async list(userId, storyId, { limit, cursor }) {
      const { _id } = await findOwnStory(userId, storyId, clock.now());
      const hidden = await blockedAround(userId);
      const after = cursor === undefined ? {} : { after: decodeRankCursor(cursor) };
      const [found, count] = await Promise.all([
        findViews(_id, hidden, { limit: limit + 1, ...after }),
        countViewsOf(_id, hidden),
      ]);
      const page = found.slice(0, limit);
      const last = found.length > limit ? page.at(-1) : undefined;
      return {
        views: await withViewers(userId, page),
        count,
        nextCursor: last ? encodeRankCursor({ rank: last.viewedAt.getTime(), id: String(last._id) }) : null,
      };
    },
  };
}

/** True when it is the first time; who looks twice at once has looked once. */
async function insertView(story: StoryRecord, viewerId: string, now: Date): Promise<boolean> {
  const { _id: storyId, removeAt } = story;
  const kept = removeAt ? { removeAt } : { isKept: true };
  try {
    const { upsertedCount } = await StoryViewModel.collection.updateOne(
      { storyId, viewerId: toObjectId(viewerId) },
      { $setOnInsert: { viewedAt: now, reaction: null, ...kept } },
      { upsert: true },
    );
    return upsertedCount > 0;
  } catch (error) {
    if (isDuplicateKey(error)) return false;
    throw error;
  }
}

async function withViewers(ownerId: string, views: StoryViewRecord[]): Promise<StoryViewEntry[]> {
  const ids = views.map((view) => String(view.viewerId));
  const [users, relations] = await Promise.all([
    UserModel.find({ _id: trusted({ $in: ids }) }).lean(),
    relationsOf(ownerId, ids),
  ]);
  const byId = new Map(users.map((user) => [String(user._id), user]));
  return views.flatMap((view) => {
    const user = byId.get(String(view.viewerId));
    const relation = relations.get(String(view.viewerId));
    return user && relation ? [{ view, user, relation }] : [];
  });
}
