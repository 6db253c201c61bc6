import { DAY_MS, dayStart } from '../helpers/days';
import { createLru } from '../helpers/lru';
import type { MessageRecord } from '../models/message.model';

export interface DaySums {
  sessions: number;
  onlineMs: number;
  sent: number;
  received: number;
}

/** Who said how much in a chat on a day. */
export interface ChatDay {
  chatId: string;
  dayMs: number;
  bySender: Map<string, number>;
}

/** What waits to be written. */
export interface TakenSums {
  users: Map<string, DaySums>;
  chats: ChatDay[];
}

/** Days of people, and of chats: beyond that what comes new is left out until the next writing. */
const MAX_WAITING = 100_000;
const MAX_GONE = 10_000;

/**
 * The sums of activity since the last writing. A message costs one addition, in its chat: who received it is worked out once for all
 * messages of a chat when the sums are taken.
 */
export function createActivitySums() {
  let users = new Map<string, DaySums>();
  let chats = new Map<string, ChatDay>();
  /** Since when people are online, as far as it is not in the sums yet. */
  const online = new Map<string, number>();
  /** Accounts that were erased: what still comes of them is not kept. */
  const gone = createLru<true>(MAX_GONE);

  function add(userId: string, dayMs: number, change: Partial<DaySums>): void {
    if (gone.has(userId)) return;
    const key = keyOf(userId, dayMs);
    if (users.size < MAX_WAITING || users.has(key)) increase(users, key, change);
  }

  /** A time that passes midnight belongs to several days. */
  function addOnline(userId: string, fromMs: number, toMs: number): void {
    for (let at = fromMs; at < toMs; ) {
      const end = Math.min(toMs, dayStart(at) + DAY_MS);
      add(userId, dayStart(at), { onlineMs: end - at });
      at = end;
    }
  }

  function addSaid(chatId: string, dayMs: number, senderId: string, count: number): void {
    const key = keyOf(chatId, dayMs);
    const known = chats.get(key);
    if (!known && chats.size >= MAX_WAITING) return;
    const bySender = known?.bySender ?? new Map<string, number>();
    bySender.set(senderId, (bySender.get(senderId) ?? 0) + count);
    if (!known) chats.set(key, { chatId, dayMs, bySender });
  }

  return {
    addMessage: ({ chatId, senderId, createdAt }: MessageRecord) =>
      addSaid(String(chatId), dayStart(createdAt.getTime()), String(senderId), 1),

    cameOnline(userId: string, nowMs: number): void {
      add(userId, dayStart(nowMs), { sessions: 1 });
      online.set(userId, nowMs);
    },

    wentOffline(userId: string, nowMs: number): void {
      const since = online.get(userId);
      online.delete(userId);
      if (since !== undefined) addOnline(userId, since, nowMs);
    },

    /** Brings into the sums how long people have been online, those only who have been for `longerThanMs`. */
    countOnline(nowMs: number, longerThanMs: number): void {
      for (const [userId, since] of online) {
        if (nowMs - since < longerThanMs) continue;
        addOnline(userId, since, nowMs);
        online.set(userId, nowMs);
      }
    },

    countOnlineOf(userId: string, nowMs: number): void {
      const since = online.get(userId);
      if (since === undefined) return;
      addOnline(userId, since, nowMs);
      online.set(userId, nowMs);
    },

    isOnline: (userId: string) => online.has(userId),

    forget(userId: string): void {
      gone.set(userId, true);
      online.delete(userId);
      for (const key of users.keys()) if (key.startsWith(`${userId}:`)) users.delete(key);
    },

    /** Lets nothing pass of who is gone. */
    keep: ([key]: [string, DaySums]) => !gone.has(partsOf(key).userId),

    putBack(taken: TakenSums): void {
      for (const [key, change] of taken.users) {
        const { userId, dayMs } = partsOf(key);
        add(userId, dayMs, change);
      }
      for (const { chatId, dayMs, bySender } of taken.chats)
        for (const [senderId, count] of bySender) addSaid(chatId, dayMs, senderId, count);
    },

    take(): TakenSums {
      const taken = { users, chats: [...chats.values()] };
      users = new Map();
      chats = new Map();
      return taken;
    },
  };
}

/** Adds to the sums of a key. */
export function increase(users: Map<string, DaySums>, key: string, change: Partial<DaySums>): void {
  const sums = users.get(key) ?? { sessions: 0, onlineMs: 0, sent: 0, received: 0 };
  for (const name of ['sessions', 'onlineMs', 'sent', 'received'] as const) sums[name] += change[name] ?? 0;
  users.set(key, sums);
}

/** The user and the day (ms) of a key of the sums. */
export function partsOf(key: string): { userId: string; dayMs: number } {
  const [userId = '', dayMs] = key.split(':');
  return { userId, dayMs: Number(dayMs) };
}

/** The key of a user, or of a chat, on a day. */
export function keyOf(id: string, dayMs: number): string {
  return `${id}:${dayMs}`;
}
