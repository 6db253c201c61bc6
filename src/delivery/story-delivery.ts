import type { EventBus } from '../events/event-bus';
import type { StoryRecord } from '../models/story.model';
import type { StoryView } from '../presenters/story.presenter';
import type { UserView } from '../presenters/user.presenter';
import type { Connections } from './connections';
import type { FanOut } from './fan-out';
import type { MaybeFrame, Outbound } from './outbound';

/**
 * Tells those in whose feed a new story stands, and its owner's other devices; and the owner who looked at it and what they thought. Who
 * is told later finds it in the feed.
 */
export function startStoryDelivery(deps: {
  bus: EventBus;
  connections: Connections;
  fanOut: FanOut;
  audienceOf: (story: StoryRecord, connectedIds: Iterable<string>) => Promise<string[]>;
  viewStory: (story: StoryRecord, isOwn: boolean) => StoryView;
  /** Somebody as the owner of the story sees them. */
  viewUser: (ownerId: string, userId: string) => Promise<UserView | undefined>;
}): void {
  const { bus, connections, fanOut, audienceOf, viewStory, viewUser } = deps;

  bus.on('story.created', async ({ story }) => {
    const own = viewStory(story, true);
    fanOut.tell([String(story.ownerId)], (outbound) => outbound.storyCreated?.(own));
    const view = viewStory(story, false);
    const audience = await audienceOf(story, connections.userIds());
    fanOut.tell(audience, (outbound) => outbound.storyCreated?.(view));
  });

  async function tellOwner(
    story: StoryRecord,
    userId: string,
    word: (outbound: Outbound, told: { storyId: string; user: UserView }) => MaybeFrame,
  ): Promise<void> {
    const ownerId = String(story.ownerId);
    if (!connections.hasUser(ownerId)) return;
    const user = await viewUser(ownerId, userId);
    if (!user) return;
    const told = { storyId: String(story._id), user };
    fanOut.tell([ownerId], (outbound) => word(outbound, told));
  }

  bus.on('story.viewed', ({ story, viewerId }) =>
    tellOwner(story, viewerId, (outbound, told) => outbound.storyViewed?.(told)),
  );

  bus.on('story.reacted', ({ story, userId, emoji }) =>
    tellOwner(story, userId, (outbound, told) => outbound.storyReacted?.({ ...told, emoji })),
  );
}
