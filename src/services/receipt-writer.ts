import { answerWithin } from '../models/answer-within';
import { MembershipModel } from '../models/membership.model';
import { toObjectId } from '../models/object-id';
import type { Reach, WatermarkAnnouncer } from './watermark-announcer';

/** Where a member's watermarks shall be moved to; they never move back. */
export interface WatermarkMove {
  chatId: string;
  userId: string;
  deliveredSeq: number;
  /** Absent when only delivery moves. */
  read?: { seq: number; count: number };
  /** What others may know of the reading; absent while the reader keeps read receipts off, it then stands still. */
  shownReadSeq?: number;
  /** An app was opened: all that waited is delivered at once. */
  isOpening?: boolean;
}

interface Pending {
  move: WatermarkMove;
  waiting: Array<{ resolve: () => void; reject: (error: unknown) => void }>;
}

/** A flush waits this long for company, so that the ticks of a busy chat cost few writes. */
const COALESCE_MS = 40;
/** A flush that hangs must not hold up all those after it. */
const ANSWER_WITHIN_MS = 10_000;

/**
 * Owns the writing of watermarks: moves are merged per member and written together, one read and one write for all of
 * them. A move is acknowledged once it is stored; then it is announced.
 */
export function createReceiptWriter(announcer: WatermarkAnnouncer): {
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
      const moves = batch.map((entry) => entry.move);
      const before = await answerWithin(ANSWER_WITHIN_MS, readStored(moves));
      await answerWithin(ANSWER_WITHIN_MS, writeMoves(moves));
      for (const { move, waiting } of batch) {
        for (const { resolve } of waiting) resolve();
        announce(announcer, move, before.get(keyOf(move)));
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
  const shownReadSeq = Math.max(a.shownReadSeq ?? 0, b.shownReadSeq ?? 0);
  return {
    chatId: a.chatId,
    userId: a.userId,
    deliveredSeq: Math.max(a.deliveredSeq, b.deliveredSeq),
    ...(read && { read }),
    ...(shownReadSeq > 0 && { shownReadSeq }),
    // What came by itself meanwhile is told as such.
    ...(a.isOpening && b.isOpening && { isOpening: true }),
  };
}

async function readStored(moves: WatermarkMove[]): Promise<Map<string, Reach>> {
  const rows = await MembershipModel.collection
    .find(
      { $or: moves.map(memberFilter) },
      { projection: { chatId: 1, userId: 1, deliveredSeq: 1, readSeq: 1, shownReadSeq: 1 } },
    )
    .toArray();
  return new Map(
    rows.map((row) => [
      `${row.chatId}:${row.userId}`,
      { delivered: row.deliveredSeq, read: row.readSeq, shown: row.shownReadSeq },
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

function maxima({ deliveredSeq, read, shownReadSeq }: WatermarkMove) {
  return {
    deliveredSeq,
    ...(read && { readSeq: read.seq, readCount: read.count }),
    ...(shownReadSeq !== undefined && { shownReadSeq }),
  };
}

/** Who is no member any more moved nothing. */
function announce(announcer: WatermarkAnnouncer, move: WatermarkMove, stored: Reach | undefined): void {
  if (!stored) return;
  const { chatId, userId, deliveredSeq, read, shownReadSeq, isOpening } = move;
  const to = { delivered: deliveredSeq, read: read?.seq ?? 0, shown: shownReadSeq ?? 0 };
  announcer.tell({ chatId, userId }, to, stored, isOpening);
}
