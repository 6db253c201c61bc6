import type { Logger } from '../config/logger';
import { createRepeater, type Repeater } from '../helpers/repeater';

const EVERY_MS = 300_000;

/** Completes the feeds of contacts where a crash or an outage came between a change and its record: at the start and every five minutes. */
export function createContactFeedJob(deps: {
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
    onError: (cause) => logger.warn('Feeds of contacts could not be completed; trying again', { cause }),
  });
}
