import type { Logger } from '../config/logger';
import { createRepeater, type Repeater } from '../helpers/repeater';

const EVERY_MS = 300_000;

/** Completes account erasures that a crash or an outage interrupted: at the start and every five minutes. */
export function createErasureJob(deps: {
  resume: () => Promise<number>;
  logger: Logger;
  isMine: () => boolean;
}): Repeater {
  const { resume, logger, isMine } = deps;
  return createRepeater({
    everyMs: EVERY_MS,
    isMine,
    isImmediate: true,
    run: resume,
    onError: (cause) => logger.warn('Erasures of accounts could not be completed; trying again', { cause }),
  });
}
