import type { ChatHead } from '../journal/journal.types';
import type { MembershipRecord } from '../models/membership.model';
import { MessageModel } from '../models/message.model';

type Cursors = Map<string, number | undefined>;

/** Clocks of several nodes differ a little; telling a change twice is harmless, leaving one out is not. */
const CLOCK_MARGIN_MS = 5000;

/**
 * The `rev` of each chat as of a time: walks down from the newest change until one is older, so the cost is that of the
 * answer itself.
 */
export async function cursorsSince(
  since: Date,
  memberships: MembershipRecord[],
  heads: Map<string, ChatHead>,
): Promise<Cursors> {
  const from = new Date(since.getTime() - CLOCK_MARGIN_MS);
  const cursors: Cursors = new Map();
  for (const { chatId, joinedAt } of memberships) {
    const id = String(chatId);
    const head = heads.get(id)?.rev ?? 0;
    cursors.set(id, joinedAt >= from ? undefined : await lastRevBefore(chatId, from, head));
  }
  return cursors;
}

async function lastRevBefore(chatId: MembershipRecord['chatId'], from: Date, head: number): Promise<number> {
  if (head === 0) return 0;
  const changes = MessageModel.collection
    .find<{ rev: number; createdAt: Date }>({ chatId }, { projection: { _id: 0, rev: 1, createdAt: 1 } })
    .sort({ rev: -1 })
    .batchSize(200);
  try {
    for await (const change of changes) if (change.createdAt < from) return change.rev;
    return 0;
  } finally {
    await changes.close();
  }
}

/** Where what is not yet delivered to the member begins: just below the first message above the delivered watermark. */
export async function undeliveredCursors(
  memberships: MembershipRecord[],
  heads: Map<string, ChatHead>,
): Promise<Cursors> {
  const cursors: Cursors = new Map();
  for (const { chatId, deliveredSeq } of memberships) {
    const id = String(chatId);
    const head = heads.get(id);
    if (!head || deliveredSeq >= head.seq) cursors.set(id, head?.rev ?? 0);
    else cursors.set(id, await revBelow(chatId, deliveredSeq));
  }
  return cursors;
}

async function revBelow(chatId: MembershipRecord['chatId'], deliveredSeq: number): Promise<number> {
  const first = await MessageModel.collection.findOne<{ rev: number }>(
    { chatId, seq: { $gt: deliveredSeq } },
    { projection: { rev: 1 }, sort: { seq: 1 } },
  );
  return first ? first.rev - 1 : 0;
}
