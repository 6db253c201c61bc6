import type { EventBus } from '../events/event-bus';
import { createKeyedQueue } from '../helpers/keyed-queue';
import type { DeviceView } from '../presenters/user.presenter';
import type { PresenceAudience } from '../services/presence-audience';
import type { RosterService } from '../services/roster.service';
import type { Connections } from './connections';
import type { FanOut } from './fan-out';

/** Tells who may know that somebody comes, goes or types, and a user's devices about each other. */
export function startPresenceDelivery(deps: {
  bus: EventBus;
  rosters: RosterService;
  fanOut: FanOut;
  audience: PresenceAudience;
  isAnnounced: (userId: string) => Promise<boolean>;
  connections: Connections;
  viewDevices: (userId: string) => Promise<DeviceView[]>;
}): void {
  const { bus, rosters, fanOut, audience, isAnnounced, connections, viewDevices } = deps;
  /** What one person types where is told in its order, however long the looking up of the audience takes. */
  const inOrder = createKeyedQueue();

  /** Tells these viewers that somebody comes or goes. */
  function tell(viewerIds: string[], userId: string, isOnline: boolean): void {
    fanOut.tell(viewerIds, (outbound) => outbound.presenceChanged({ userId, isOnline }));
  }

  /** Tells a viewer anew whether somebody who is online may be seen so: a block or a contact may have changed it. */
  async function tellAgain(userId: string, viewerId: string): Promise<void> {
    if (!connections.hasUser(viewerId) || !(await isAnnounced(userId))) return;
    const { mayKnow } = await audience.audienceOf(userId, (id) => id === viewerId);
    tell([viewerId], userId, mayKnow.length > 0);
  }

  bus.on('contact.changed', async ({ ownerId, userId }) => {
    await tellAgain(ownerId, userId);
    await tellAgain(userId, ownerId);
  });

  bus.on('presence.audience-changed', async ({ userId }) => {
    if (!(await isAnnounced(userId))) return;
    const { mayKnow, mayNot } = await audience.audienceOf(userId, connections.hasUser);
    tell(mayKnow, userId, true);
    tell(mayNot, userId, false);
  });

  bus.on('presence.changed', async ({ userId, isOnline }) => {
    tell((await audience.audienceOf(userId, connections.hasUser)).mayKnow, userId, isOnline);
  });

  bus.on('typing.changed', (told) =>
    inOrder(`${told.chatId}:${told.userId}`, async () => {
      const roster = await rosters.get(told.chatId);
      const others = roster?.memberIds.filter((id) => id !== told.userId && connections.hasUser(id)) ?? [];
      if (others.length === 0) return;
      // A private chat with a block between the two takes no typing to begin with.
      const hearing =
        roster?.type === 'private' ? others : await audience.typingAudienceOf(told.userId, others);
      fanOut.tell(hearing, (outbound) => outbound.typingChanged(told));
    }),
  );

  bus.on('devices.changed', async ({ userId }) => {
    const devices = await viewDevices(userId);
    fanOut.tell([userId], (outbound) => outbound.devicesChanged(devices));
  });
}
