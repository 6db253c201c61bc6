/**
 * What people did day by day, for themselves to look at. Owns the collection of sums: they gather in memory and are written behind,
 * every half minute, at a question and at the end. What the database does not take is tried again; a crash costs what was not
 * written, and a writing whose outcome was lost may count twice.
 */
import type { EventBus } from '../events/event-bus';
import { DAY_MS, firstOfDays } from '../helpers/days';
import { ACTIVITY_KEPT_DAYS, ActivityDayModel, type ActivityDayRecord } from '../models/activity-day.model';
import type { MessageRecord } from '../models/message.model';
import { toObjectId } from '../models/object-id';
import { assertDatabase } from '../models/reach';
import { trusted } from '../models/trusted';
import type { Clock } from '../types/clock';
import { createActivitySums, type DaySums, increase, keyOf, partsOf, type TakenSums } from './activity-sums';
import type { RosterService } from './roster.service';

export interface ActivityService {
  /** The days on which there was something, oldest first. */
  listDays(userId: string, days: number): Promise<{ since: Date; days: ActivityDayRecord[] }>;
  /** Hears of what this process wrote to the log. */
  noteMessages(messages: readonly MessageRecord[]): void;
  /** Erases what is kept of a person; nothing more is kept of them. */
  forget(userId: string): Promise<void>;
  /** Writes what has gathered. */
  flush(): Promise<void>;
  /** The same at the end, with those who are online still. */
  stop(): Promise<void>;
}

/** Who is online for hours is counted now and then, not with each writing. */
const COUNT_ONLINE_AFTER_MS = 600_000;
const BATCH = 1000;

export function createActivityService(deps: {
  bus: EventBus;
  clock: Clock;
  rosters: Pick<RosterService, 'get'>;
  /** True while the user has a socket here. */
  isConnected: (userId: string) => boolean;
}): ActivityService {
  const { bus, clock, rosters, isConnected } = deps;
  const sums = createActivitySums();
  const nowMs = () => clock.now().getTime();
  let flushing: Promise<void> = Promise.resolve();

  bus.on('connection.opened', ({ userId }) => {
    if (!sums.isOnline(userId)) sums.cameOnline(userId, nowMs());
  });
  bus.on('connection.closed', ({ userId }) => {
    if (!isConnected(userId)) sums.wentOffline(userId, nowMs());
  });

  /** What was said, as sums of people: everybody but the one who said it received it. */
  async function deal({ users, chats }: TakenSums): Promise<Map<string, DaySums>> {
    const dealt = new Map([...users].map(([key, sums]) => [key, { ...sums }]));
    for (const { chatId, dayMs, bySender } of chats) {
      const total = [...bySender.values()].reduce((sum, count) => sum + count, 0);
      for (const [userId, sent] of bySender) increase(dealt, keyOf(userId, dayMs), { sent });
      for (const userId of (await rosters.get(chatId))?.memberIds ?? []) {
        const received = total - (bySender.get(userId) ?? 0);
        if (received > 0) increase(dealt, keyOf(userId, dayMs), { received });
      }
    }
    return dealt;
  }

  async function write(): Promise<void> {
    assertDatabase();
    const taken = sums.take();
    let left = taken;
    try {
      left = { users: await deal(taken), chats: [] };
      for (const batch of batches([...left.users].filter(sums.keep))) {
        await ActivityDayModel.collection.bulkWrite(batch.map(toUpsert), { ordered: false });
        for (const [key] of batch) left.users.delete(key);
      }
    } catch (error) {
      sums.putBack(left);
      throw error;
    }
  }

  function flush(): Promise<void> {
    flushing = flushing.catch(() => undefined).then(write);
    return flushing;
  }

  return {
    noteMessages(messages) {
      for (const message of messages) if (message.content?.type !== 'system') sums.addMessage(message);
    },

    async listDays(userId, days) {
      sums.countOnlineOf(userId, nowMs());
      await flush();
      const since = firstOfDays(clock.now(), days);
      const rows = await ActivityDayModel.find({ userId, day: trusted({ $gte: since }) })
        .sort({ day: 1 })
        .lean();
      return { since, days: rows };
    },

    async forget(userId) {
      sums.forget(userId);
      await flushing.catch(() => undefined);
      await ActivityDayModel.deleteMany({ userId });
    },

    flush() {
      sums.countOnline(nowMs(), COUNT_ONLINE_AFTER_MS);
      return flush();
    },

    stop() {
      sums.countOnline(nowMs(), 0);
      return flush();
    },
  };
}

function toUpsert([key, change]: [string, DaySums]) {
  const { userId, dayMs } = partsOf(key);
  return {
    updateOne: {
      filter: { userId: toObjectId(userId), day: new Date(dayMs) },
      update: {
        $inc: { ...change },
        $setOnInsert: { purgeAt: new Date(dayMs + ACTIVITY_KEPT_DAYS * DAY_MS) },
      },
      upsert: true,
    },
  };
}

function batches<T>(all: T[]): T[][] {
  return Array.from({ length: Math.ceil(all.length / BATCH) }, (_, i) =>
    all.slice(i * BATCH, (i + 1) * BATCH),
  );
}
