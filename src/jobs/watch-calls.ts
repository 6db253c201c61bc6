import type { Logger } from '../config/logger';
import type { EventBus } from '../events/event-bus';
import { createRepeater, type Repeater } from '../helpers/repeater';
import type { CallRecord } from '../models/call.model';

const EVERY_MS = 500;

/**
 * Keeps calls true to the world: ends what is due twice a second, what came due while the server was down at once, and follows
 * sockets, blocks, and memberships that end. While the database is away it tries on.
 */
export function createCallWatch(deps: {
  bus: EventBus;
  logger: Logger;
  settleDue: () => Promise<number>;
  noteStart: () => Promise<void>;
  note: (userId: string, deviceId: string) => Promise<void>;
  ringLate: (userId: string, socketId: string) => Promise<void>;
  takeOutOfCalls: (userId: string, concerns?: (call: CallRecord) => boolean) => Promise<void>;
}): Repeater {
  const { bus, logger, settleDue, noteStart, note, ringLate, takeOutOfCalls } = deps;
  let isNoted = false;
  let isStopped = false;
  const running = new Set<Promise<unknown>>();

  /** After `stop` there is no database; what happens then is noted by the next start. */
  async function follow(work: () => Promise<unknown>): Promise<void> {
    if (isStopped) return;
    const promise = work();
    running.add(promise);
    await promise.finally(() => running.delete(promise));
  }

  bus.on('connection.opened', ({ userId, deviceId, socketId }) =>
    follow(() => Promise.all([note(userId, deviceId), ringLate(userId, socketId)])),
  );
  bus.on('connection.closed', ({ userId, deviceId }) => follow(() => note(userId, deviceId)));
  // Where it was done, it is followed; other nodes only hear of it.
  bus.on('contact.blocked', ({ ownerId, userId }, origin) =>
    origin === 'here'
      ? follow(() => takeOutOfCalls(ownerId, (call) => !call.isGroup && concerns(call, userId)))
      : undefined,
  );
  bus.on('chat.removed', async ({ chatId, userIds }, origin) => {
    if (origin === 'elsewhere') return;
    for (const userId of userIds)
      await follow(() => takeOutOfCalls(userId, (call) => call.isGroup && String(call.chatId) === chatId));
  });

  const repeater = createRepeater({
    everyMs: EVERY_MS,
    isImmediate: true,
    async run() {
      if (!isNoted) await noteStart();
      isNoted = true;
      await settleDue();
    },
    onError: (cause) => logger.warn('Calls could not be looked after; trying again', { cause }),
  });
  return {
    start: repeater.start,
    async stop() {
      isStopped = true;
      await repeater.stop();
      await Promise.allSettled([...running]);
    },
  };
}

function concerns({ participants }: CallRecord, userId: string): boolean {
  return participants.some((participant) => String(participant.userId) === userId);
}
