import type { RequestHandler } from 'express';
import { validated } from '../helpers/validation';
import { actorOf } from '../middlewares/authenticate';
import {
  presentFeedEntry,
  presentHighlight,
  presentStory,
  presentStoryViewer,
} from '../presenters/story.presenter';
import type { MediaSigner } from '../services/media-library.types';
import type { StoryService } from '../services/story.service';
import type { StoryInput } from '../services/story-draft';
import type { FeedPage } from '../services/story-feed.service';
import type { StoryHighlightService } from '../services/story-highlight.service';
import type { StoryViewService } from '../services/story-view.service';

interface Page {
  limit: number;
  cursor?: string;
}

interface StoryPath {
  storyId: string;
}

export type StoryController = ReturnType<typeof createStoryController>;

/** The handlers of stories (contract section 7). */
export function createStoryController(deps: {
  stories: StoryService;
  storyViews: StoryViewService;
  storyHighlights: StoryHighlightService;
  readFeed: (viewerId: string, page: Page) => Promise<FeedPage>;
  signer: MediaSigner;
}) {
  const { stories, storyViews, storyHighlights, readFeed, signer } = deps;
  return {
    async post(req, res) {
      const { entry, isNew } = await stories.post(actorOf(req).userId, validated<StoryInput>(req));
      res.status(isNew ? 201 : 200).json({ story: presentStory(entry, signer) });
    },

    async feed(req, res) {
      const { feed, nextCursor } = await readFeed(actorOf(req).userId, validated<Page>(req));
      res.json({ feed: feed.map((entry) => presentFeedEntry(entry, signer)), nextCursor });
    },

    async get(req, res) {
      const { storyId } = validated<StoryPath>(req);
      res.json({ story: presentStory(await stories.get(actorOf(req).userId, storyId), signer) });
    },

    async remove(req, res) {
      await stories.remove(actorOf(req).userId, validated<StoryPath>(req).storyId);
      res.json({ ok: true });
    },

    async view(req, res) {
      await storyViews.view(actorOf(req).userId, validated<StoryPath>(req).storyId);
      res.json({ ok: true });
    },

    async views(req, res) {
      const { storyId, ...page } = validated<StoryPath & Page>(req);
      const { views, count, nextCursor } = await storyViews.list(actorOf(req).userId, storyId, page);
      res.json({ views: views.map((view) => presentStoryViewer(view, signer)), count, nextCursor });
    },

    async react(req, res) {
      const { storyId, emoji } = validated<StoryPath & { emoji: string | null }>(req);
      await storyViews.react(actorOf(req).userId, storyId, emoji);
      res.json({ ok: true });
    },

    async keep(req, res) {
      const { storyId, title } = validated<StoryPath & { title?: string | null }>(req);
      const entry = await storyHighlights.keep(actorOf(req).userId, storyId, title ?? '');
      res.json({ story: presentStory(entry, signer) });
    },

    async letGo(req, res) {
      await storyHighlights.letGo(actorOf(req).userId, validated<StoryPath>(req).storyId);
      res.json({ ok: true });
    },

    async highlights(req, res) {
      const { userId } = validated<{ userId: string }>(req);
      const found = await storyHighlights.list(actorOf(req).userId, userId);
      res.json({ highlights: found.map((entry) => presentHighlight(entry, signer)) });
    },
  } satisfies Record<string, RequestHandler>;
}
