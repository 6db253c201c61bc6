import { LRUCache } from 'lru-cache';
import type { PushDevice } from '../services/push-token.service';

/** A message, as far as pushing it needs to know. */
export interface PushedMessage {
  chatId: string;
  messageId: string;
  seq: number;
}

/** A message that went to a device's connection instead of to push. */
export interface Told {
  device: PushDevice;
  message: PushedMessage;
  at: Date;
}

export interface PushTold {
  add(told: Told): void;
  /** What was told to the device since `heardAt`, and so may not have arrived; forgets all of it. */
  takeSince(device: { userId: string; deviceId: string }, heardAt: Date): Told[];
}

const MAX_TOLD = 200_000;
const PER_DEVICE = 100;
/** A packet that was heard shortly after a message went out may have been on its way before. */
const ROUND_TRIP_MS = 1000;

/**
 * Remembers the last messages told to the connections of devices that have a push token: a phone that is gone without a word looks
 * connected for up to 45 s, and what it was told meanwhile is pushed when the connection turns out to be dead.
 */
export function createPushTold(): PushTold {
  const devices = new LRUCache<string, Told[]>({
    maxSize: MAX_TOLD,
    sizeCalculation: (list) => list.length + 1,
  });
  const keyOf = ({ userId, deviceId }: { userId: string; deviceId: string }) => `${userId}:${deviceId}`;
  return {
    add(told) {
      const key = keyOf(told.device);
      const list = devices.get(key) ?? [];
      devices.set(key, [...list.slice(1 - PER_DEVICE), told]);
    },
    takeSince(device, heardAt) {
      const list = devices.get(keyOf(device)) ?? [];
      devices.delete(keyOf(device));
      return list.filter(({ at }) => at.getTime() + ROUND_TRIP_MS >= heardAt.getTime());
    },
  };
}
