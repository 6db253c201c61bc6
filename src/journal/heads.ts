import { Types } from 'mongoose';
import { unavailable } from '../errors/app-error';
import { answerWithin } from '../models/answer-within';
import { gatherReads } from '../models/gathered-reads';
import { MessageModel } from '../models/message.model';
import type { ChatHead } from './journal.types';

const ANSWER_WITHIN_MS = 8000;
/** A majority is milliseconds behind, or there is none. */
const SETTLE_WITHIN_MS = 5000;
const SETTLE_LOOK_MS = 20;

/**
 * Reads the highest numbers of many chats from the log's own indexes, two queries for all of them. Both are index skips:
 * their cost grows with the number of chats, not of messages. A number that no majority has yet may be rolled back: one taken on top
 * of it would leave a gap, and a client that was told of it would keep a message that is none. So those are left out.
 */
export function readHeads(chatIds: readonly string[]): Promise<Map<string, ChatHead>> {
  return answerWithin(ANSWER_WITHIN_MS, read(chatIds, 'majority'));
}

/**
 * The same, once a majority has everything that was written before the call: a primary that was just elected may know for a moment
 * less than was acknowledged by the one before. Those who ask at the same time share the queries.
 * @throws unavailable when no majority has it in time.
 */
export const readSettledHeads = gatherReads(readSettled);

async function readSettled(chatIds: readonly string[]): Promise<Map<string, ChatHead>> {
  const deadlineMs = Date.now() + SETTLE_WITHIN_MS;
  const settled = new Map<string, ChatHead>();
  const awaited = new Map<string, number>(chatIds.map((id) => [id, Number.POSITIVE_INFINITY]));
  for (;;) {
    const open = [...awaited.keys()];
    const written = await answerWithin(ANSWER_WITHIN_MS, read(open, 'local'));
    for (const [chatId, head] of await readHeads(open)) {
      // In a busy chat there is always something newer; of what was there before, a fail-over may take some back.
      const rev = Math.min(awaited.get(chatId) ?? 0, written.get(chatId)?.rev ?? 0);
      settled.set(chatId, head);
      if (head.rev >= rev) awaited.delete(chatId);
      else awaited.set(chatId, rev);
    }
    if (awaited.size === 0) return settled;
    if (Date.now() > deadlineMs) throw unavailable('The database has no majority for now', 2);
    await new Promise((resolve) => setTimeout(resolve, SETTLE_LOOK_MS));
  }
}

async function read(
  chatIds: readonly string[],
  readConcern: 'local' | 'majority',
): Promise<Map<string, ChatHead>> {
  const heads = new Map<string, ChatHead>(chatIds.map((id) => [id, { seq: 0, rev: 0, count: 0 }]));
  const match = { chatId: { $in: chatIds.map((id) => new Types.ObjectId(id)) } };
  const [bySeq, byRev] = await Promise.all([
    highest(match, 'seq', readConcern),
    highest(match, 'rev', readConcern),
  ]);
  for (const row of bySeq) {
    const head = heads.get(String(row._id));
    if (head) Object.assign(head, { seq: row.value, count: row.count });
  }
  for (const row of byRev) {
    const head = heads.get(String(row._id));
    if (head) head.rev = row.value;
  }
  return heads;
}

interface HighestRow {
  _id: Types.ObjectId;
  value: number;
  count: number;
}

async function highest(
  match: object,
  field: 'seq' | 'rev',
  readConcern: 'local' | 'majority',
): Promise<HighestRow[]> {
  return MessageModel.collection
    .aggregate<HighestRow>(
      [
        { $match: match },
        { $sort: { chatId: -1, [field]: -1 } },
        { $group: { _id: '$chatId', value: { $first: `$${field}` }, count: { $first: '$count' } } },
      ],
      { readConcern },
    )
    .toArray();
}
