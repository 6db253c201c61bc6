import type { EventBus } from '../events/event-bus';
import { createLru } from '../helpers/lru';

/** How far a member's watermarks reach; `shown` is what others may know of `read`. */
export interface Reach {
  delivered: number;
  read: number;
  shown: number;
}

interface Member {
  chatId: string;
  userId: string;
}

/** In members: about 200 bytes each. */
const MAX_KNOWN = 100_000;

/**
 * Owns what was announced of each active member's watermarks, so that reading and sending, whose watermarks are stored at
 * different times, tell a move once between them. What it forgot is told from what is stored, at worst again.
 */
export interface WatermarkAnnouncer {
  known(member: Member): Readonly<Reach> | undefined;
  /**
   * Announces what is news of a move; `stored` is where the watermarks stood in the database, `isOpening` that an app was opened.
   */
  tell(member: Member, to: Reach, stored?: Reach, isOpening?: boolean): void;
  /** Notes a move that is no news to anybody. */
  note(member: Member, to: Reach): void;
}

export function createWatermarkAnnouncer(bus: EventBus): WatermarkAnnouncer {
  const reached = createLru<Reach>(MAX_KNOWN);
  const forget = (chatId: string, userIds: readonly string[]) => {
    for (const userId of userIds) reached.delete(keyOf({ chatId, userId }));
  };
  // Who comes back begins at the chat's head; what they missed in between they never read.
  bus.on('chat.removed', ({ chatId, userIds }) => forget(chatId, userIds));
  bus.on('chat.updated', ({ chatId, joinedIds }) => forget(chatId, joinedIds));

  // What another node announced is no news here any more.
  bus.on('receipt.moved', ({ chatId, userId, kind, toSeq, isShown }, origin) => {
    if (origin === 'here') return;
    const read = kind === 'read' ? toSeq : 0;
    note({ chatId, userId }, { delivered: toSeq, read, shown: isShown ? read : 0 });
  });

  function note(member: Member, to: Reach): void {
    const key = keyOf(member);
    reached.set(key, highest(reached.get(key), to));
  }

  return {
    known: (member) => reached.get(keyOf(member)),
    note,
    tell(member, to, stored, isOpening = false) {
      const from = highest(reached.get(keyOf(member)), stored);
      note(member, highest(from, to));
      const move = (kind: 'delivered' | 'read', fromSeq: number, toSeq: number, isShown: boolean) =>
        bus.emit('receipt.moved', {
          ...member,
          kind,
          fromSeq,
          toSeq,
          isShown,
          ...(isOpening && { isOpening }),
        });
      if (to.shown > from.shown) move('read', from.shown, to.shown, true);
      else if (to.read > from.read) move('read', from.read, to.read, false);
      // A read implies the delivery of the same messages; where both move together only the read is told.
      const deliveredFrom = Math.max(from.delivered, from.shown, to.shown);
      if (to.delivered > deliveredFrom) move('delivered', deliveredFrom, to.delivered, true);
    },
  };
}

function keyOf({ chatId, userId }: Member): string {
  return `${chatId}:${userId}`;
}

function highest(a: Reach | undefined, b: Reach | undefined): Reach {
  return {
    delivered: Math.max(a?.delivered ?? 0, b?.delivered ?? 0),
    read: Math.max(a?.read ?? 0, b?.read ?? 0),
    shown: Math.max(a?.shown ?? 0, b?.shown ?? 0),
  };
}
