import { isDuplicateKey } from '../errors/from-mongo';
import { RateCountModel } from '../models/rate-count.model';
import type { Clock } from '../types/clock';

export interface RateWindow {
  /** What is counted, such as `otp:ip:192.0.2.1`. */
  key: string;
  windowMs: number;
  max: number;
}

export interface RateCountService {
  /** Counts one use, or `uses`; the answer tells whether it is still within `max`, and when the window ends. */
  count(window: RateWindow, uses?: number): Promise<{ isOver: boolean; retryAfterSeconds: number }>;
  /** Takes back one use of the current window: what it was counted for did not happen. */
  release(window: RateWindow): Promise<void>;
}

/** Counters of fixed windows, shared by all nodes through the database: exact under parallel use, and a restart forgets none. */
export function createRateCountService({ clock }: { clock: Clock }): RateCountService {
  return {
    async count(window, uses = 1) {
      const nowMs = clock.now().getTime();
      const endMs = windowEnd(window, nowMs);
      const counted = await increment(idOf(window, nowMs), new Date(endMs), uses);
      return { isOver: counted > window.max, retryAfterSeconds: Math.ceil((endMs - nowMs) / 1000) };
    },
    async release(window) {
      await RateCountModel.updateOne({ _id: idOf(window, clock.now().getTime()) }, { $inc: { count: -1 } });
    },
  };
}

function idOf({ key, windowMs }: RateWindow, nowMs: number): string {
  return `${key}:${Math.floor(nowMs / windowMs)}`;
}

function windowEnd({ windowMs }: RateWindow, nowMs: number): number {
  return (Math.floor(nowMs / windowMs) + 1) * windowMs;
}

/** Two first uses at once may both try to insert; the one that came second finds the document on its next try. */
async function increment(id: string, expiresAt: Date, uses: number, triesLeft = 2): Promise<number> {
  try {
    const document = await RateCountModel.findOneAndUpdate(
      { _id: id },
      { $inc: { count: uses }, $setOnInsert: { expiresAt } },
      { upsert: true, returnDocument: 'after' },
    ).lean();
    return document.count;
  } catch (error) {
    if (triesLeft > 0 && isDuplicateKey(error)) return increment(id, expiresAt, uses, triesLeft - 1);
    throw error;
  }
}
