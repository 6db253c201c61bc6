import { unavailable } from '../errors/app-error';

/** Runs `work` when its turn comes. @throws unavailable at once when too many wait already. */
export type WorkQueue = <T>(work: () => Promise<T>) => Promise<T>;

/** Lets `atOnce` pieces of heavy work run together and `waiting` more stand in line, so that uploads never take the machine. */
export function createWorkQueue({ atOnce, waiting }: { atOnce: number; waiting: number }): WorkQueue {
  const line: Array<() => void> = [];
  let running = 0;

  async function turn(): Promise<void> {
    if (running < atOnce) {
      running += 1;
      return;
    }
    if (line.length >= waiting) throw unavailable('Too many files are being worked on', 5);
    await new Promise<void>((resolve) => line.push(resolve));
  }

  function next(): void {
    const waiter = line.shift();
    if (waiter) waiter();
    else running -= 1;
  }

  return async (work) => {
    await turn();
    try {
      return await work();
    } finally {
      next();
    }
  };
}
