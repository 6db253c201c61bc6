import type { EventBus } from '../events/event-bus';
import { createLru, type Lru } from '../helpers/lru';

const MAX_DEVICES = 50_000;
const MAX_CHATS = 500;

export interface PushAcks {
  /** True when the device confirmed that it holds the chat's messages up to `seq`, or all there was by `at` or later. */
  has(device: { userId: string; deviceId: string }, chatId: string, seq: number, at: Date): boolean;
}

interface Known {
  caughtUpAtMs: number;
  chats: Lru<number>;
}

/** Keeps in memory what devices confirmed lately, with or without a connection: they need no push about it. */
export function createPushAcks(bus: EventBus): PushAcks {
  const devices = createLru<Known>(MAX_DEVICES);

  function touch(userId: string, deviceId: string): Known {
    const key = `${userId}:${deviceId}`;
    const known = devices.get(key) ?? { caughtUpAtMs: 0, chats: createLru<number>(MAX_CHATS) };
    devices.set(key, known);
    return known;
  }

  bus.on('device.acknowledged', ({ userId, deviceId, chatId, seq }) => {
    const { chats } = touch(userId, deviceId);
    chats.set(chatId, Math.max(chats.get(chatId) ?? 0, seq));
  });
  bus.on('device.caught-up', ({ userId, deviceId, at }) => {
    const known = touch(userId, deviceId);
    known.caughtUpAtMs = Math.max(known.caughtUpAtMs, at.getTime());
  });

  return {
    has({ userId, deviceId }, chatId, seq, at) {
      const known = devices.get(`${userId}:${deviceId}`);
      if (!known) return false;
      return known.caughtUpAtMs > at.getTime() || (known.chats.get(chatId) ?? 0) >= seq;
    },
  };
}
