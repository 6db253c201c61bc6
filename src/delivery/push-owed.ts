import type { Logger } from '../config/logger';
import { createRepeater, type Repeater } from '../helpers/repeater';
import { MessageModel } from '../models/message.model';
import { toObjectId } from '../models/object-id';
import type { PushMarkRecord } from '../models/push-mark.model';
import { trusted } from '../models/trusted';
import { chatOfCollapseId } from '../presenters/push.presenter';
import type { PushMarks } from '../services/push-marks';
import type { PushTokenService } from '../services/push-token.service';
import type { Clock } from '../types/clock';
import type { MessagePushes } from './push-messages';
import { MAX_QUEUED_PUSHES, type PushQueue } from './push-queue';

const EVERY_MS = 5000;
const OTHERS_SEND_WITHIN_MS = 60_000;
const ROWS_AT_ONCE = 2000;
/** Of one chat that waited for long the newest are enough: each takes the place of the one before. */
const MESSAGES_OF_ONE = 20;

/**
 * Queues what devices are still owed: once after a start, what the last run left; later, what had no room in the queue. `start` resolves
 * when the first is done.
 */
export function createPushOwed(deps: {
  logger: Logger;
  marks: PushMarks;
  tokens: Pick<PushTokenService, 'devicesOf'>;
  queue: PushQueue;
  pushes: MessagePushes;
  overdueWaitMs: number;
  clock: Clock;
  /** What is owed by another node it sends itself: only what waits for long is left to whoever finds it. */
  hasOthers: () => boolean;
}): Omit<Repeater, 'start'> & { start(): Promise<void> } {
  const { logger, marks, tokens, queue, pushes, overdueWaitMs, clock, hasOthers } = deps;

  async function queueOwed(waitMs: number): Promise<void> {
    const until = new Date(clock.now().getTime() - (hasOthers() ? OTHERS_SEND_WITHIN_MS : 0));
    const rows = (await marks.pending(ROWS_AT_ONCE, until)).filter(
      (row) => !queue.has(ownerOf(row), row.about),
    );
    const devices = await tokens.devicesOf([...new Set(rows.map(({ userId }) => String(userId)))]);
    for (const row of rows) {
      const { userId, deviceId } = ownerOf(row);
      const device = devices.find((one) => one.userId === userId && one.deviceId === deviceId);
      const messages = device ? await owedMessages(row) : [];
      if (device) for (const message of messages) pushes.push(device, message, waitMs);
      if (messages.length === 0) marks.done({ userId, deviceId, about: row.about }, row.dueSeq, false);
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

async function owedMessages({ about, doneSeq, dueSeq }: PushMarkRecord) {
  const chatId = chatOfCollapseId(about);
  if (chatId === undefined) return [];
  const rows = await MessageModel.find(
    { chatId: toObjectId(chatId), seq: trusted({ $gt: doneSeq, $lte: dueSeq }) },
    { seq: 1, createdAt: 1 },
  )
    .sort({ seq: -1 })
    .limit(MESSAGES_OF_ONE)
    .lean();
  return rows
    .reverse()
    .map(({ _id, seq, createdAt }) => ({ chatId, messageId: String(_id), seq, at: createdAt }));
}
