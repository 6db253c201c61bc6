export interface Repeater {
  start(): void;
  /** Resolves when the running round is over; none follows. */
  stop(): Promise<void>;
}

/**
 * Runs a job again and again, `everyMs` after the last round ended. A failing round is reported once until one succeeds, so that
 * an outage does not fill the log.
 */
export function createRepeater(job: {
  everyMs: number;
  /** The first round at once instead of after `everyMs`. */
  isImmediate?: boolean;
  /** Rounds are left out while this is false: with several nodes, one does what needs to be done once. */
  isMine?: () => boolean;
  run: () => Promise<unknown>;
  onError: (error: unknown) => void;
}): Repeater {
  let timer: NodeJS.Timeout | undefined;
  let round: Promise<void> = Promise.resolve();
  let isFailing = false;
  let isStopped = false;

  async function runOnce(): Promise<void> {
    try {
      if (job.isMine?.() ?? true) await job.run();
      isFailing = false;
    } catch (error) {
      if (!isFailing && !isStopped) job.onError(error);
      isFailing = true;
    }
    schedule(job.everyMs);
  }

  function schedule(afterMs: number): void {
    if (isStopped) return;
    timer = setTimeout(() => {
      round = runOnce();
    }, afterMs);
    timer.unref();
  }

  return {
    start: () => schedule(job.isImmediate ? 0 : job.everyMs),
    async stop() {
      isStopped = true;
      clearTimeout(timer);
      await round;
    },
  };
}
