import type { EventBus } from '../events/event-bus';
import type { DeviceView } from '../presenters/user.presenter';
import type { RosterService } from '../services/roster.service';
import type { FanOut } from './fan-out';

/** Tells who may know that somebody comes, goes or types, and a user's devices about each other. */
export function startPresenceDelivery(deps: {
  bus: EventBus;
  rosters: RosterService;
  fanOut: FanOut;
  /** The users who may know of this one's presence and are connected here. */
  presenceAudience: (userId: string) => Promise<string[]>;
  viewDevices: (userId: string) => Promise<DeviceView[]>;
}): void {
  const { bus, rosters, fanOut, presenceAudience, viewDevices } = deps;

  bus.on('presence.changed', async ({ userId, isOnline }) => {
    const audience = await presenceAudience(userId);
    fanOut.tell(audience, (outbound) => outbound.presenceChanged({ userId, isOnline }));
  });

  bus.on('typing.changed', async (told) => {
    const roster = await rosters.get(told.chatId);
    const others = roster?.memberIds.filter((userId) => userId !== told.userId) ?? [];
    fanOut.tell(others, (outbound) => outbound.typingChanged(told));
  });

  bus.on('devices.changed', async ({ userId }) => {
    const devices = await viewDevices(userId);
    fanOut.tell([userId], (outbound) => outbound.devicesChanged(devices));
  });
}
