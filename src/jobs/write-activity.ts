import type { Logger } from '../config/logger';
import { createRepeater, type Repeater } from '../helpers/repeater';

const EVERY_MS = 30_000;

/** Writes the sums of activity that gathered in memory. */
export function createActivityJob(deps: { flush: () => Promise<void>; logger: Logger }): Repeater {
  return createRepeater({
    everyMs: EVERY_MS,
    run: deps.flush,
    onError: (cause) => deps.logger.warn('Activity could not be written; trying again', { cause }),
  });
}
