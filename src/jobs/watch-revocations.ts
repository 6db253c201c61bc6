/**
 * Brings sessions that ended on other nodes to this node's caches and sockets within a second (contract section 3), by
 * asking the database twice a second what was revoked lately. While the database is away it keeps asking, from where it stopped.
 */
import type { Logger } from '../config/logger';
import type { EventBus } from '../events/event-bus';
import { answerWithin } from '../models/answer-within';
import { SessionModel } from '../models/session.model';
import { trusted } from '../models/trusted';
import type { Clock } from '../types/clock';

const POLL_MS = 500;
/** Each look reaches back this far before the last one: clocks of nodes differ, and writes take their time. */
const OVERLAP_MS = 10_000;
const ANSWER_WITHIN_MS = 10_000;

export interface RevocationWatch {
  start(): void;
  /** Nothing is announced any more; a look under way is not waited for, as it may hang on a database that is away. */
  stop(): void;
}

export function createRevocationWatch({
  bus,
  clock,
  logger,
  pollMs = POLL_MS,
}: {
  bus: EventBus;
  clock: Clock;
  logger: Logger;
  pollMs?: number;
}): RevocationWatch {
  /** Announced session -> when; forgotten once no look can find it again. */
  const announced = new Map<string, number>();
  let lookedAtMs = clock.now().getTime();
  let isFailing = false;
  let isStopped = true;
  let timer: NodeJS.Timeout | undefined;

  bus.on('session.revoked', ({ sessionIds }) => {
    for (const id of sessionIds) announced.set(id, clock.now().getTime());
  });

  async function look(): Promise<void> {
    const startedAtMs = clock.now().getTime();
    const sinceMs = lookedAtMs - OVERLAP_MS;
    const recent = { revokedAt: trusted({ $gt: new Date(sinceMs) }) };
    const revoked = await answerWithin(
      ANSWER_WITHIN_MS,
      SessionModel.find(recent, { userId: 1 }).lean().exec(),
    );
    if (isStopped) return;
    const news = new Map<string, string[]>();
    for (const { _id, userId } of revoked) {
      if (announced.has(String(_id))) continue;
      news.set(String(userId), [...(news.get(String(userId)) ?? []), String(_id)]);
    }
    for (const [userId, sessionIds] of news) bus.emit('session.revoked', { userId, sessionIds });
    lookedAtMs = startedAtMs;
    for (const [id, atMs] of announced) if (atMs < sinceMs - OVERLAP_MS) announced.delete(id);
  }

  async function lookAgain(): Promise<void> {
    try {
      await look();
      isFailing = false;
    } catch (error) {
      if (!isFailing && !isStopped) logger.warn('revoked sessions cannot be looked up', { error });
      isFailing = true;
    }
    if (!isStopped) schedule();
  }

  function schedule(): void {
    timer = setTimeout(lookAgain, pollMs);
    timer.unref();
  }

  return {
    start() {
      isStopped = false;
      schedule();
    },
    stop() {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}
