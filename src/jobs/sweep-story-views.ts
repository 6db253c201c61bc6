import type { Logger } from '../config/logger';
import { createRepeater, type Repeater } from '../helpers/repeater';

const EVERY_MS = 3_600_000;

/** Removes, at the start and every hour, the views that a removal of kept stories left when it broke off. */
export function createStoryViewSweep(deps: {
  sweep: () => Promise<number>;
  logger: Logger;
  isMine: () => boolean;
}): Repeater {
  const { sweep, logger, isMine } = deps;
  return createRepeater({
    everyMs: EVERY_MS,
    isMine,
    isImmediate: true,
    run: sweep,
    onError: (cause) =>
      logger.warn('Views of stories that are gone could not be removed; trying again', { cause }),
  });
}
