import { createKeyedQueue } from '../helpers/keyed-queue';

/**
 * Keeps what one sender writes in one chat in the order in which it came: what has to read something first, such as a quotation,
 * holds back those behind it. When nothing is held a task runs at once.
 */
export function createSendingOrder(): <T>(
  key: string,
  isSlow: boolean,
  task: () => Promise<T>,
) => Promise<T> {
  const inTurn = createKeyedQueue();
  const held = new Map<string, number>();
  return async (key, isSlow, task) => {
    const before = held.get(key) ?? 0;
    if (!isSlow && before === 0) return task();
    held.set(key, before + 1);
    try {
      return await inTurn(key, task);
    } finally {
      const left = (held.get(key) ?? 1) - 1;
      if (left > 0) held.set(key, left);
      else held.delete(key);
    }
  };
}
