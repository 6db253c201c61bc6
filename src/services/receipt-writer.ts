import type { EventBus } from '../events/event-bus';
import { MembershipModel } from '../models/membership.model';
import { toObjectId } from '../models/object-id';

/** Where a member's watermarks shall be moved to; they never move back. */
export interface WatermarkMove {
  chatId: string;
  userId: string;
  deliveredSeq: number;
  /** Absent when only delivery moves. */
  read?: { seq: number; count: number };
  /** False while the reader keeps read receipts off: what others may know of reading then stands still. */
  isShown: boolean;
}

interface Pending {
  move: WatermarkMove;
  waiting: Array<{ resolve: () => void; reject: (error: unknown) => void }>;
}

interface Stored {
  deliveredSeq: number;
  readSeq: number;
}

/** A flush waits this long for company, so that the ticks of a busy chat cost few writes. */
const COALESCE_MS = 40;

/**
 * Owns the writing of watermarks: moves are merged per member and written together, one read and one write for all of
 * them. A move is acknowledged once it is stored; then the bus hears what moved.
 */
export function createReceiptWriter(bus: EventBus): {
  move(move: WatermarkMove): Promise<void>;
  stop(): Promise<void>;
} {
  let pending = new Map<string, Pending>();
  let timer: NodeJS.Timeout | undefined;
  let flushing: Promise<void> = Promise.resolve();

  function schedule(): void {
    timer ??= setTimeout(() => {
      timer = undefined;
      flushing = flushing.then(flush);
    }, COALESCE_MS);
  }

  async function flush(): Promise<void> {
    if (pending.size === 0) return;
    const batch = [...pending.values()];
    pending = new Map();
    try {
      const before = await readStored(batch.map((entry) => entry.move));
      await writeMoves(batch.map((entry) => entry.move));
      for (const { move, waiting } of batch) {
        for (const { resolve } of waiting) resolve();
        announce(bus, move, before.get(keyOf(move)));
      }
    } catch (error) {
      for (const { waiting } of batch) for (const { reject } of waiting) reject(error);
    }
  }

  return {
    move(move) {
      const key = keyOf(move);
      const entry = pending.get(key) ?? { move, waiting: [] };
      entry.move = merge(entry.move, move);
      pending.set(key, entry);
      schedule();
      return new Promise((resolve, reject) => entry.waiting.push({ resolve, reject }));
    },
    async stop() {
      clearTimeout(timer);
      await flushing.then(flush);
    },
  };
}

function keyOf({ chatId, userId }: WatermarkMove): string {
  return `${chatId}:${userId}`;
}

function merge(a: WatermarkMove, b: WatermarkMove): WatermarkMove {
  const read = (a.read?.seq ?? -1) > (b.read?.seq ?? -1) ? a.read : b.read;
  return { ...b, deliveredSeq: Math.max(a.deliveredSeq, b.deliveredSeq), ...(read && { read }) };
}

async function readStored(moves: WatermarkMove[]): Promise<Map<string, Stored>> {
  const rows = await MembershipModel.collection
    .find(
      { $or: moves.map(memberFilter) },
      { projection: { chatId: 1, userId: 1, deliveredSeq: 1, readSeq: 1 } },
    )
    .toArray();
  return new Map(
    rows.map((row) => [
      `${row.chatId}:${row.userId}`,
      { deliveredSeq: row.deliveredSeq, readSeq: row.readSeq },
    ]),
  );
}

function memberFilter({ chatId, userId }: WatermarkMove) {
  return { chatId: toObjectId(chatId), userId: toObjectId(userId), leftAt: null };
}

async function writeMoves(moves: WatermarkMove[]): Promise<void> {
  await MembershipModel.collection.bulkWrite(
    moves.map((move) => ({ updateOne: { filter: memberFilter(move), update: { $max: maxima(move) } } })),
    { ordered: false },
  );
}

function maxima({ deliveredSeq, read, isShown }: WatermarkMove) {
  return {
    deliveredSeq,
    ...(read && { readSeq: read.seq, readCount: read.count, ...(isShown && { shownReadSeq: read.seq }) }),
  };
}

/** A read implies the delivery of the same messages; where both move together only the read is told. */
function announce(bus: EventBus, move: WatermarkMove, before: Stored | undefined): void {
  if (!before) return;
  const { chatId, userId, isShown } = move;
  const readTo = move.read?.seq ?? 0;
  if (readTo > before.readSeq) {
    bus.emit('receipt.moved', {
      chatId,
      userId,
      kind: 'read',
      fromSeq: before.readSeq,
      toSeq: readTo,
      isShown,
    });
  }
  const deliveredFrom = Math.max(before.deliveredSeq, isShown ? readTo : 0);
  if (move.deliveredSeq > deliveredFrom) {
    const moved = { chatId, userId, fromSeq: deliveredFrom, toSeq: move.deliveredSeq, isShown: true };
    bus.emit('receipt.moved', { ...moved, kind: 'delivered' });
  }
}
