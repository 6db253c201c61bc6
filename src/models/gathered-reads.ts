import { unavailable } from '../errors/app-error';
import { answerWithin } from './answer-within';

const KEYS_AT_MOST = 200;
/** Whole batches are read side by side; more would only wait in the database instead of here. */
const AT_ONCE = 4;
/** One that takes longer does not hold up those after it any more. */
const SLOW_MS = 200;
/** So many may hang, as without a database, before those after them wait. */
const HANGING_AT_MOST = 16;
const ANSWER_WITHIN_MS = 8000;
const WAITING_AT_MOST = 100_000;

/** Reads what is there under these keys; of what is not there the answer says nothing. */
export type ReadMany<V> = (keys: readonly string[]) => Promise<Map<string, V>>;

interface Asking<V> {
  keys: readonly string[];
  resolve(found: Map<string, V>): void;
  reject(error: unknown): void;
  /** Whether nobody waits for it any more. */
  isOver(): boolean;
}

/**
 * Makes a reader that gathers: what is asked for in one turn of the event loop, or while earlier readings are under way, is read by one
 * query. When hundreds of clients come back at once they cost a few queries and not a dozen each; one alone waits for nobody, and
 * what fills a query waits for at most three others. A reading begins after it was asked for, so it shows whatever was written before.
 * More than `keysAtMost` (200) keys are read together only when a single asker names so many.
 * @throws whatever `read` throws, to all who share the reading; MongoNetworkTimeoutError without an answer 8 s after the asking;
 * unavailable while `waitingAtMost` (100,000) keys wait already.
 */
export function gatherReads<V>(
  read: (keys: string[]) => Promise<ReadonlyMap<string, V>>,
  { keysAtMost = KEYS_AT_MOST, waitingAtMost = WAITING_AT_MOST } = {},
): ReadMany<V> {
  const waiting: Array<Asking<V>> = [];
  let waitingKeys = 0;
  let isPlanned = false;
  let running = 0;
  /** Those of the running that are not slow. */
  let holding = 0;

  function mayBegin(): boolean {
    if (waiting.length === 0 || running >= HANGING_AT_MOST) return false;
    return holding === 0 || (waitingKeys >= keysAtMost && holding < AT_ONCE);
  }

  function plan(): void {
    if (isPlanned || !mayBegin()) return;
    isPlanned = true;
    setImmediate(() => {
      isPlanned = false;
      while (mayBegin()) void answer(take(batchLength()));
    });
  }

  function batchLength(): number {
    let keys = 0;
    const end = waiting.findIndex((asking, i) => {
      keys += asking.keys.length;
      return i > 0 && keys > keysAtMost;
    });
    return end < 0 ? waiting.length : end;
  }

  function take(count: number): Array<Asking<V>> {
    const taken = waiting.splice(0, count);
    for (const { keys } of taken) waitingKeys -= keys.length;
    return taken;
  }

  async function answer(some: Array<Asking<V>>): Promise<void> {
    const all = [...new Set(some.flatMap(({ keys }) => keys))];
    running += 1;
    holding += 1;
    const goOn = once(() => {
      holding -= 1;
      plan();
    });
    const slow = setTimeout(goOn, SLOW_MS);
    try {
      const found = await answerWithin(ANSWER_WITHIN_MS, read(all));
      for (const { keys, resolve } of some) resolve(only(keys, found));
    } catch (error) {
      for (const { reject } of some) reject(error);
    } finally {
      clearTimeout(slow);
      running -= 1;
      goOn();
      plan();
    }
  }

  /** The oldest wait in front, so whoever waited too long is found there. */
  function dropOver(): void {
    const end = waiting.findIndex(({ isOver }) => !isOver());
    take(end < 0 ? waiting.length : end);
  }

  return async (keys) => {
    if (keys.length === 0) return new Map();
    if (waitingKeys >= waitingAtMost) throw unavailable('Too much is waiting to be read', 2);
    let isOver = false;
    const answered = new Promise<Map<string, V>>((resolve, reject) => {
      waiting.push({ keys, resolve, reject, isOver: () => isOver });
    });
    waitingKeys += keys.length;
    plan();
    try {
      return await answerWithin(ANSWER_WITHIN_MS, answered);
    } finally {
      isOver = true;
      if (waiting[0]?.isOver()) dropOver();
    }
  };
}

function once(task: () => void): () => void {
  let isDone = false;
  return () => {
    if (isDone) return;
    isDone = true;
    task();
  };
}

function only<V>(keys: readonly string[], found: ReadonlyMap<string, V>): Map<string, V> {
  const own = new Map<string, V>();
  for (const key of keys) {
    const value = found.get(key);
    if (value !== undefined) own.set(key, value);
  }
  return own;
}
