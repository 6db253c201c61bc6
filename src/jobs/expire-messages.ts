import type { Logger } from '../config/logger';
import type { EventBus } from '../events/event-bus';
import { createRepeater, type Repeater } from '../helpers/repeater';
import type { Journal } from '../journal/journal.types';
import { answerWithin } from '../models/answer-within';
import { MessageModel, type MessageRecord } from '../models/message.model';
import { filesOf } from '../services/file-content';
import type { MediaLibrary } from '../services/media-library.types';
import { scrubQuotes } from '../services/quotation';
import type { Clock } from '../types/clock';

const EVERY_MS = 1000;
const PER_RUN = 500;
const AT_ONCE = 25;
/** A round that hangs is given up, and the next one begins. */
const ROUND_WITHIN_MS = 120_000;

/**
 * Makes tombstones of disappearing messages whose time is over. Readers hide them from the first moment, so this may lag; the
 * document stays with its numbers, so that a chat's head never goes back. What fails is tried again at the next run.
 */
export function createExpiryJob(deps: {
  journal: Journal;
  bus: EventBus;
  clock: Clock;
  logger: Logger;
  library: MediaLibrary;
  isMine: () => boolean;
}): Repeater & {
  /** One round; resolves with the number of messages that went. */
  run(): Promise<number>;
} {
  const { journal, bus, clock, logger, library, isMine } = deps;
  async function run(): Promise<number> {
    const now = clock.now();
    const failures: unknown[] = [];
    const due = await MessageModel.collection
      .find<Pick<MessageRecord, '_id' | 'chatId' | 'content'>>(
        { expiresAt: { $lte: now } },
        { projection: { chatId: 1, content: 1 } },
      )
      .sort({ expiresAt: 1 })
      .limit(PER_RUN)
      .toArray();
    await library.reconsider(due.flatMap(({ content }) => filesOf(content)));
    for (let from = 0; from < due.length; from += AT_ONCE) {
      const some = due.slice(from, from + AT_ONCE);
      const ends = await Promise.allSettled(
        some.map(({ _id, chatId }) => expire(String(chatId), String(_id), now)),
      );
      // One that cannot be removed must not keep back those behind it.
      failures.push(...ends.flatMap((end) => (end.status === 'rejected' ? [end.reason] : [])));
    }
    if (failures.length > 0) throw failures[0];
    return due.length;
  }

  async function expire(chatId: string, messageId: string, now: Date): Promise<void> {
    const { message, isChanged } = await journal.amend(chatId, messageId, (latest) => {
      if (latest.content === null) return undefined;
      return { content: null, reactions: [], replyTo: null, deletedAt: latest.deletedAt ?? now };
    });
    // Last of all, because what has no `expiresAt` any more is not looked at again.
    await scrubQuotes(messageId);
    await MessageModel.collection.updateOne({ _id: message._id }, { $unset: { expiresAt: 1 } });
    if (isChanged) bus.emit('message.deleted', { message, userId: null });
    else bus.emit('quotes.scrubbed', { chatId });
  }

  const repeater = createRepeater({
    everyMs: EVERY_MS,
    isMine,
    run: () => answerWithin(ROUND_WITHIN_MS, run()),
    onError: (cause) => logger.warn('Disappearing messages could not be removed; trying again', { cause }),
  });
  return { ...repeater, run };
}
