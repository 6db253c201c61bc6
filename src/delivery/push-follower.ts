import type { Logger } from '../config/logger';
import type { EventBus } from '../events/event-bus';
import type { MessageRecord } from '../models/message.model';
import { chatCollapseId } from '../presenters/push.presenter';
import type { PushMarks } from '../services/push-marks';
import type { PushProgress } from '../services/push-progress';
import type { PushDevice } from '../services/push-token.service';
import type { Clock } from '../types/clock';
import type { MessagePushes } from './push-messages';
import type { PushedMessage } from './push-told';

/** More than this waits in the log, not in memory. */
const MAX_UNDECIDED = 5000;
const RETRY_AFTER_MS = 1000;

export interface PushFollower {
  /** Nothing that was announced before this time is undecided. */
  decidedBefore(): Date;
  /** Follows what is written; with `isAlone` after what a crash left undecided, else other nodes see to that. */
  start(progress: PushProgress, isAlone: boolean): void;
  /** Decides what a node that ended left undecided. */
  catchUp(): void;
  stop(): Promise<void>;
}

/**
 * Owns the following of the log: batch after batch, in its order. Whatever keeps it from deciding a batch (a database that is away,
 * too much at once) makes it fall behind; it then reads the log from its checkpoint on, as it does after a crash.
 */
export function createPushFollower(deps: {
  bus: EventBus;
  clock: Clock;
  logger: Logger;
  marks: PushMarks;
  pushes: MessagePushes;
}): PushFollower {
  const { bus, clock, logger, marks, pushes } = deps;
  let progress: PushProgress | undefined;
  /** When the batches that wait for a decision were announced. */
  const waiting: Array<{ at: Date; size: number }> = [];
  let chain: Promise<void> = Promise.resolve();
  let behindSince: Date | undefined;
  let hasMissed = false;
  let isStopped = false;
  let timer: NodeJS.Timeout | undefined;
  let catchingUp: Promise<void> | undefined;

  bus.on('messages.created', ({ messages }) => {
    if (isStopped || !progress) return;
    const undecided = waiting.reduce((sum, { size }) => sum + size, 0);
    if (behindSince || undecided + messages.length > MAX_UNDECIDED) fallBehind();
    else follow(messages, { at: clock.now(), size: messages.length });
  });

  function fallBehind(): void {
    hasMissed = true;
    behindSince ??= waiting[0]?.at ?? clock.now();
    if (catchingUp !== undefined || timer !== undefined) return;
    timer = setTimeout(startCatchingUp, RETRY_AFTER_MS).unref();
  }

  function startCatchingUp(): void {
    timer = undefined;
    catchingUp = catchUp().finally(() => {
      catchingUp = undefined;
      if (hasMissed && !isStopped) fallBehind();
    });
  }

  function follow(messages: readonly MessageRecord[], ticket: { at: Date; size: number }): void {
    waiting.push(ticket);
    chain = chain.then(async () => {
      try {
        if (behindSince) return fallBehind();
        await pushes.decide(messages);
        for (const { chatId, seq } of messages) progress?.decided(String(chatId), seq);
      } catch (cause) {
        logger.warn('Who is to be pushed could not be decided; it is tried again', { cause });
        behindSince ??= ticket.at;
        fallBehind();
      } finally {
        waiting.shift();
      }
    });
  }

  async function catchUp(): Promise<void> {
    try {
      await chain;
      while (hasMissed && !isStopped) {
        hasMissed = false;
        await replay();
      }
      behindSince = undefined;
    } catch (cause) {
      if (!isStopped) logger.warn('Pushes are still behind the log; it is tried again', { cause });
      hasMissed = true;
    }
  }

  async function replay(): Promise<void> {
    const decided = new Map<string, number>();
    for await (const page of progress?.undecided() ?? []) {
      if (isStopped) return;
      await pushes.decide(page, await whoIsOwed(page));
      for (const { chatId, seq } of page) {
        const id = String(chatId);
        decided.set(id, Math.max(decided.get(id) ?? 0, seq));
      }
    }
    for (const [chatId, seq] of decided) progress?.decided(chatId, seq);
  }

  /** Not those whose push is on its way, or was sent, since it was decided the first time. */
  async function whoIsOwed(page: readonly MessageRecord[]) {
    const abouts = [...new Set(page.map(({ chatId }) => chatCollapseId(String(chatId))))];
    const dueSeqs = new Map<string, number>();
    for (const { userId, deviceId, about, dueSeq } of await marks.find(abouts))
      dueSeqs.set(`${userId}:${deviceId}:${about}`, dueSeq);
    return ({ userId, deviceId }: PushDevice, { chatId, seq }: PushedMessage) =>
      seq > (dueSeqs.get(`${userId}:${deviceId}:${chatCollapseId(chatId)}`) ?? 0);
  }

  return {
    decidedBefore: () => behindSince ?? waiting[0]?.at ?? clock.now(),

    start(log, isAlone) {
      progress = log;
      if (!isAlone) return;
      hasMissed = true;
      behindSince = new Date(0);
      startCatchingUp();
    },

    catchUp() {
      if (progress && !isStopped) fallBehind();
    },

    async stop() {
      isStopped = true;
      clearTimeout(timer);
      await chain;
      await catchingUp;
    },
  };
}
