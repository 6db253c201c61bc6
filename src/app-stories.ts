import type { RequestHandler, Router } from 'express';
import type { MediaGround } from './app-media';
import type { Logger } from './config/logger';
import { createStoryController } from './controllers/story.controller';
import type { Connections } from './delivery/connections';
import type { FanOut } from './delivery/fan-out';
import { startStoryDelivery } from './delivery/story-delivery';
import type { EventBus } from './events/event-bus';
import type { Repeater } from './helpers/repeater';
import { createStoryViewSweep } from './jobs/sweep-story-views';
import type { NodeLease } from './nodes/node-lease';
import { presentStory } from './presenters/story.presenter';
import { presentUser } from './presenters/user.presenter';
import { createStoryRouter } from './routes/story.routes';
import { createRateCountService } from './services/rate-count.service';
import { createStoryService } from './services/story.service';
import { findViewer, storyAudienceOf } from './services/story-audience';
import { readFeed } from './services/story-feed.service';
import { createStoryHighlightService } from './services/story-highlight.service';
import { createStoryMediaUse } from './services/story-media-use';
import { sweepStoryViews } from './services/story-remains';
import { createStoryViewService } from './services/story-view.service';
import type { Clock } from './types/clock';

interface StoryBase {
  bus: EventBus;
  clock: Clock;
  media: MediaGround;
}

type StoryServices = ReturnType<typeof createStoryServices>;

/** The services of stories; from here on the media library knows that they show files. */
export function createStoryServices({ bus, clock, media }: StoryBase) {
  const { library } = media;
  media.addUse(createStoryMediaUse({ clock }));
  return {
    stories: createStoryService({ bus, clock, library, rateCounts: createRateCountService({ clock }) }),
    storyViews: createStoryViewService({ bus, clock }),
    storyHighlights: createStoryHighlightService({ clock, library }),
  };
}

/** `/api/stories`. */
export function createStoriesRouter(
  { clock, media }: StoryBase,
  services: StoryServices,
  authenticate: RequestHandler,
): Router {
  const controller = createStoryController({
    ...services,
    readFeed: (viewerId, page) => readFeed(viewerId, page, clock),
    signer: media.signer,
  });
  return createStoryRouter({ controller, authenticate });
}

/** Lets people hear of new stories, and owners of who looked. */
export function startStoriesDelivery(
  { bus, connections, media }: { bus: EventBus; connections: Connections; media: MediaGround },
  fanOut: FanOut,
): void {
  const { signer } = media;
  startStoryDelivery({
    bus,
    connections,
    fanOut,
    audienceOf: storyAudienceOf,
    viewStory: (story, isOwn) =>
      presentStory({ story, isViewed: isOwn, ...(isOwn && { viewCount: 0 }) }, signer),
    async viewUser(ownerId, userId) {
      const found = await findViewer(ownerId, userId);
      return found && presentUser(found.user, found.relation, signer);
    },
  });
}

/** The job that removes what a broken-off removal left. */
export function createStoriesJob({ logger, node }: { logger: Logger; node: NodeLease }): Repeater {
  return createStoryViewSweep({ sweep: sweepStoryViews, logger, isMine: node.isFirst });
}
