import { answerWithin } from './answer-within';

const KEYS_AT_MOST = 200;
/** One that takes longer does not hold up those after it any more. */
const SLOW_MS = 200;
const ANSWER_WITHIN_MS = 8000;

/** Reads what is there under these keys; of what is not there the answer says nothing. */
export type ReadMany<V> = (keys: readonly string[]) => Promise<Map<string, V>>;

interface Asking<V> {
  keys: readonly string[];
  resolve(found: Map<string, V>): void;
  reject(error: unknown): void;
}

/**
 * Makes a reader that gathers: what is asked for in one turn of the event loop, or while an earlier reading is under way, is read by one
 * query. When hundreds of clients come back at once they cost a few queries and not a dozen each; one alone waits for nobody. A reading
 * begins after it was asked for, so it shows whatever was written before. More than `keysAtMost` (200) keys are read together only
 * when a single asker names so many.
 * @throws whatever `read` throws, to all who share the reading; MongoNetworkTimeoutError without an answer for 8 s.
 */
export function gatherReads<V>(
  read: (keys: string[]) => Promise<ReadonlyMap<string, V>>,
  { keysAtMost = KEYS_AT_MOST } = {},
): ReadMany<V> {
  const waiting: Array<Asking<V>> = [];
  let isPlanned = false;
  let isReading = false;

  function plan(): void {
    if (isPlanned || isReading || waiting.length === 0) return;
    isPlanned = true;
    setImmediate(() => {
      isPlanned = false;
      void answer(takeSome());
    });
  }

  function takeSome(): Array<Asking<V>> {
    let keys = 0;
    const end = waiting.findIndex((asking, i) => {
      keys += asking.keys.length;
      return i > 0 && keys > keysAtMost;
    });
    return waiting.splice(0, end < 0 ? waiting.length : end);
  }

  async function answer(some: Array<Asking<V>>): Promise<void> {
    const all = [...new Set(some.flatMap(({ keys }) => keys))];
    isReading = true;
    const goOn = once(() => {
      isReading = false;
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
      goOn();
    }
  }

  return (keys) => {
    if (keys.length === 0) return Promise.resolve(new Map());
    return new Promise((resolve, reject) => {
      waiting.push({ keys, resolve, reject });
      plan();
    });
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
