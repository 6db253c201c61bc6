import type { Logger } from '../config/logger';
import { createRepeater, type Repeater } from '../helpers/repeater';
import type { PushMarkRecord } from '../models/push-mark.model';
import { subjectOf } from '../presenters/push.presenter';
import type { PushMarks } from '../services/push-marks';
import type { PushDevice, PushTokenService } from '../services/push-token.service';
import { MAX_QUEUED_PUSHES, type PushQueue } from './push-queue';

const EVERY_MS = 5000;
const ROWS_AT_ONCE = 2000;

/** Queues what a device is still owed of one thing; false when that is nothing. */
export type Requeue = (row: PushMarkRecord, device: PushDevice, waitMs: number) => Promise<boolean>;

/**
 * Queues what devices are still owed: what had no room in the queue, now and then; with `takeOver` what a node left that ended, or the last run.
 */
export function createPushOwed(deps: {
  logger: Logger;
  marks: PushMarks;
  tokens: Pick<PushTokenService, 'devicesOf'>;
  queue: PushQueue;
  /** By what the collapse id begins with. */
  kinds: Readonly<Record<string, Requeue>>;
  overdueWaitMs: number;
}): Repeater & { takeOver(): Promise<void> } {
  const { logger, marks, tokens, queue, kinds, overdueWaitMs } = deps;

  async function queueOwed(waitMs: number): Promise<void> {
    const rows = (await marks.pending(ROWS_AT_ONCE)).filter((row) => !queue.has(ownerOf(row), row.about));
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
    async run() {
      if (queue.size() < MAX_QUEUED_PUSHES / 2 && queue.takeRefusal()) await queueOwed(0);
    },
    onError: (cause) => logger.warn('What is owed to devices could not be read; trying again', { cause }),
  });

  return {
    start: repeater.start,
    takeOver: () => queueOwed(overdueWaitMs),
    stop: repeater.stop,
  };
}

function ownerOf({ userId, deviceId }: PushMarkRecord): { userId: string; deviceId: string } {
  return { userId: String(userId), deviceId };
}
