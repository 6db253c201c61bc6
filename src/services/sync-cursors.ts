import type { ChatHead } from '../journal/journal.types';
import type { MembershipRecord } from '../models/membership.model';
import { MessageModel } from '../models/message.model';

type Cursors = Map<string, number | undefined>;

/**
 * Clocks of several nodes differ a little, and a change may come up to 15 s after its marker (`sync-changes.ts`); telling a change
 * twice is harmless, leaving one out is not.
 */
const MARGIN_MS = 20_000;

/** What a time given by a client is taken for. */
export function withMargin(since: Date): Date {
  return new Date(since.getTime() - MARGIN_MS);
}

/** The `rev` of each chat as of a time, found by few looks into the log however long ago that was. */
export async function cursorsSince(
  since: Date,
  memberships: readonly MembershipRecord[],
  heads: Map<string, ChatHead>,
): Promise<Cursors> {
  const from = withMargin(since);
  const cursors: Cursors = new Map();
  for (const { chatId, joinedAt } of memberships) {
    const id = String(chatId);
    const head = heads.get(id)?.rev ?? 0;
    cursors.set(id, joinedAt >= from ? undefined : await lastRevBefore(chatId, from, head));
  }
  return cursors;
}

/**
 * Growing steps down from the newest change to one that is older, because most ask for the last minutes; from there by halves.
 * Walking the log would let anybody have all of a long chat read again and again.
 */
async function lastRevBefore(chatId: MembershipRecord['chatId'], from: Date, head: number): Promise<number> {
  let newer = head + 1;
  let older = head;
  for (let step = 1; !(await isOlder(chatId, older, from)); step *= 4) {
    newer = older;
    older = Math.max(0, older - step);
  }
  while (newer - older > 1) {
    const middle = Math.floor((newer + older) / 2);
    if (await isOlder(chatId, middle, from)) older = middle;
    else newer = middle;
  }
  return older;
}

/** True when the change that had this `rev`, or the one before it where it is missing, was before `from`. */
async function isOlder(chatId: MembershipRecord['chatId'], rev: number, from: Date): Promise<boolean> {
  const change = await MessageModel.collection.findOne<{ createdAt: Date }>(
    { chatId, rev: { $lte: rev } },
    { projection: { _id: 0, createdAt: 1 }, sort: { rev: -1 } },
  );
  return change === null || change.createdAt < from;
}

/** Where what is not yet delivered to the member begins: just below the first message above the delivered watermark. */
export async function undeliveredCursors(
  memberships: readonly MembershipRecord[],
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
