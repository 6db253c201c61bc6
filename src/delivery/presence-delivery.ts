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

  /** Tells a viewer anew whether somebody who is online may be seen so: a block or a contact may have changed it. */
  async function tellAgain(userId: string, viewerId: string): Promise<void> {
    if (!connections.hasUser(viewerId) || !(await isAnnounced(userId))) return;
    const isOnline = (await audience.audienceOf(userId, (id) => id === viewerId)).length > 0;
    fanOut.tell([viewerId], (outbound) => outbound.presenceChanged({ userId, isOnline }));
  }

  bus.on('contact.changed', async ({ ownerId, userId }) => {
    await tellAgain(ownerId, userId);
    await tellAgain(userId, ownerId);
  });

  bus.on('presence.audience-changed', async ({ userId }) => {
    if (!(await isAnnounced(userId))) return;
    const told = new Set(await audience.audienceOf(userId, connections.hasUser));
    for (const viewerId of await audience.neighboursOf(userId, connections.hasUser)) {
      const isOnline = told.has(viewerId);
      fanOut.tell([viewerId], (outbound) => outbound.presenceChanged({ userId, isOnline }));
    }
  });

  bus.on('presence.changed', async ({ userId, isOnline }) => {
    const told = await audience.audienceOf(userId, connections.hasUser);
    fanOut.tell(told, (outbound) => outbound.presenceChanged({ userId, isOnline }));
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
