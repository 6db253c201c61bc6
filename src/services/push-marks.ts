import type { Logger } from '../config/logger';
import { toObjectId } from '../models/object-id';
import { PushMarkModel, type PushMarkRecord } from '../models/push-mark.model';
import { trusted } from '../models/trusted';
import type { Clock } from '../types/clock';

const WRITE_AFTER_MS = 100;
const RETRY_AFTER_MS = 2000;
const MAX_OF_USER = 5000;
const MAX_SHOWN = 1000;

/** One thing that one device hears of. */
export interface MarkKey {
  userId: string;
  deviceId: string;
  about: string;
}

export interface PushMarks {
  /** The device is to hear of it up to `seq`. */
  due(key: MarkKey, seq: number): void;
  /** Up to `seq` it is settled: sent, or not needed any more. */
  done(key: MarkKey, seq: number, isShown: boolean): void;
  /** Writes what is noted. */
  flush(): Promise<void>;
  /** What devices (of these users) were told, or are to be told, about these things. */
  find(abouts: readonly string[], userIds?: readonly string[]): Promise<PushMarkRecord[]>;
  /** What the user's devices were told of that begins so. */
  ofUser(userId: string, aboutPrefix: string): Promise<PushMarkRecord[]>;
  /** What was sent since then and is not forgotten, the newest 1,000 at most. */
  shownSince(time: Date): Promise<PushMarkRecord[]>;
  /** What is still owed since this time or before, the oldest first. */
  pending(limit: number, until: Date): Promise<PushMarkRecord[]>;
  /** Forgets what was said up to `seq`; what came later stays. */
  forget(key: MarkKey, seq: number): Promise<void>;
  stop(): Promise<void>;
}

interface Dirty extends MarkKey {
  dueSeq: number;
  doneSeq: number;
  shownSeq: number;
}

/**
 * Owns the record of what devices are owed and were sent, written behind. What a crash keeps from being written is decided anew from
 * the log: nothing is lost, at worst a push is repeated under its collapse id.
 */
export function createPushMarks({ clock, logger }: { clock: Clock; logger: Logger }): PushMarks {
  let dirty = new Map<string, Dirty>();
  let writing: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;

  function touch(key: MarkKey): Dirty {
    const id = `${key.userId}:${key.about}:${key.deviceId}`;
    const entry = dirty.get(id) ?? { ...key, dueSeq: 0, doneSeq: 0, shownSeq: 0 };
    dirty.set(id, entry);
    wakeIn(WRITE_AFTER_MS);
    return entry;
  }

  function wakeIn(ms: number): void {
    timer ??= setTimeout(() => void flush().catch(() => undefined), ms).unref();
  }

  function flush(): Promise<void> {
    const next = writing.catch(() => undefined).then(write);
    writing = next;
    return next;
  }

  async function write(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    if (dirty.size === 0) return;
    const batch = dirty;
    dirty = new Map();
    try {
      const at = clock.now();
      const updates = [...batch.values()].map((entry) => ({ updateOne: updateOf(entry, at) }));
      await PushMarkModel.collection.bulkWrite(updates, { ordered: false });
    } catch (error) {
      logger.warn('What was pushed could not be noted; it will be tried again', { cause: error });
      restore(batch);
      throw error;
    }
  }

  function restore(batch: Map<string, Dirty>): void {
    for (const [id, old] of batch) {
      const newer = dirty.get(id);
      dirty.set(id, newer ? highest(old, newer) : old);
    }
    wakeIn(RETRY_AFTER_MS);
  }

  return {
    due(key, seq) {
      const entry = touch(key);
      entry.dueSeq = Math.max(entry.dueSeq, seq);
    },
    done(key, seq, isShown) {
      const entry = touch(key);
      entry.doneSeq = Math.max(entry.doneSeq, seq);
      if (isShown) entry.shownSeq = Math.max(entry.shownSeq, seq);
    },
    flush,
    async find(abouts, userIds) {
      await flush();
      return PushMarkModel.find({
        about: trusted({ $in: [...abouts] }),
        ...(userIds && { userId: trusted({ $in: userIds.map(toObjectId) }) }),
      }).lean();
    },
    async ofUser(userId, aboutPrefix) {
      await flush();
      const rows = await PushMarkModel.find({ userId: toObjectId(userId) })
        .limit(MAX_OF_USER)
        .lean();
      return rows.filter(({ about }) => about.startsWith(aboutPrefix));
    },
    async shownSince(time) {
      await flush();
      return PushMarkModel.find({ at: trusted({ $gte: time }), shownSeq: trusted({ $gt: 0 }) })
        .sort({ at: -1 })
        .limit(MAX_SHOWN)
        .lean();
    },
    async pending(limit, until) {
      await flush();
      return PushMarkModel.find({ isPending: true, at: trusted({ $lte: until }) })
        .sort({ at: 1 })
        .limit(limit)
        .lean();
    },
    async forget({ userId, deviceId, about }, seq) {
      await flush();
      const upTo = trusted({ $lte: seq });
      await PushMarkModel.deleteOne({ userId, about, deviceId, dueSeq: upTo, shownSeq: upTo });
    },
    async stop() {
      await flush().catch(() => undefined);
      clearTimeout(timer);
    },
  };
}

function highest(a: Dirty, b: Dirty): Dirty {
  return {
    ...b,
    dueSeq: Math.max(a.dueSeq, b.dueSeq),
    doneSeq: Math.max(a.doneSeq, b.doneSeq),
    shownSeq: Math.max(a.shownSeq, b.shownSeq),
  };
}

function updateOf({ userId, deviceId, about, dueSeq, doneSeq, shownSeq }: Dirty, at: Date) {
  return {
    filter: { userId: toObjectId(userId), about, deviceId },
    update: [
      {
        $set: {
          dueSeq: { $max: ['$dueSeq', dueSeq] },
          doneSeq: { $max: ['$doneSeq', doneSeq] },
          shownSeq: { $max: ['$shownSeq', shownSeq] },
          at,
        },
      },
      { $set: { isPending: { $cond: [{ $gt: ['$dueSeq', '$doneSeq'] }, true, '$$REMOVE'] } } },
    ],
    upsert: true,
  };
}
