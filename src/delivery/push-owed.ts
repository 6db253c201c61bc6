import type { Logger } from '../config/logger';
import { createRepeater, type Repeater } from '../helpers/repeater';
import type { PushMarkRecord } from '../models/push-mark.model';
import { subjectOf } from '../presenters/push.presenter';
import type { PushMarks } from '../services/push-marks';
import type { PushDevice, PushTokenService } from '../services/push-token.service';
import type { Clock } from '../types/clock';
import { MAX_QUEUED_PUSHES, type PushQueue } from './push-queue';

const EVERY_MS = 5000;
const OTHERS_SEND_WITHIN_MS = 60_000;
const ROWS_AT_ONCE = 2000;

/** Queues what a device is still owed of one thing; false when that is nothing. */
export type Requeue = (row: PushMarkRecord, device: PushDevice, waitMs: number) => Promise<boolean>;

/**
 * Queues what devices are still owed: once after a start, what the last run left; later, what had no room in the queue. `start` resolves
 * when the first is done.
 */
export function createPushOwed(deps: {
  logger: Logger;
  marks: PushMarks;
  tokens: Pick<PushTokenService, 'devicesOf'>;
  queue: PushQueue;
  /** By what the collapse id begins with. */
  kinds: Readonly<Record<string, Requeue>>;
  overdueWaitMs: number;
  clock: Clock;
  /** What is owed by another node it sends itself: only what waits for long is left to whoever finds it. */
  hasOthers: () => boolean;
}): Omit<Repeater, 'start'> & { start(): Promise<void> } {
  const { logger, marks, tokens, queue, kinds, overdueWaitMs, clock, hasOthers } = deps;

  async function queueOwed(waitMs: number): Promise<void> {
    const until = new Date(clock.now().getTime() - (hasOthers() ? OTHERS_SEND_WITHIN_MS : 0));
    const pending = await marks.pending(ROWS_AT_ONCE, until);
    const rows = pending.filter((row) => !queue.has(ownerOf(row), row.about));
    const devices = await tokens.devicesOf([...new Set(rows.map(({ userId }) => String(userId)))]);
    for (const row of rows) {
      const { userId, deviceId } = ownerOf(row);
      const device = devices.find((one) => one.userId === userId && one.deviceId === deviceId);
      const requeue = kinds[subjectOf(row.about).kind];
      const isOwed = device && requeue ? await requeue(row, device, waitMs) : false;
      if (!isOwed) marks.done({ userId, deviceId, about: row.about }, row.dueSeq, false);
    }
  }

  const repeater = createRepeater({
    everyMs: EVERY_MS,
    run: async () => (queue.size() < MAX_QUEUED_PUSHES / 2 ? queueOwed(0) : undefined),
    onError: (cause) => logger.warn('What is owed to devices could not be read; trying again', { cause }),
  });

  return {
    async start() {
      await queueOwed(overdueWaitMs);
      repeater.start();
    },
    stop: repeater.stop,
  };
}

function ownerOf({ userId, deviceId }: PushMarkRecord): { userId: string; deviceId: string } {
  return { userId: String(userId), deviceId };
}
