import { Types } from 'mongoose';
import { answerWithin } from '../models/answer-within';
import { MessageModel } from '../models/message.model';
import type { ChatHead } from './journal.types';

const ANSWER_WITHIN_MS = 8000;

/**
 * Reads the highest numbers of many chats from the log's own indexes, two queries for all of them. Both are index skips:
 * their cost grows with the number of chats, not of messages.
 */
export async function readHeads(chatIds: readonly string[]): Promise<Map<string, ChatHead>> {
  const heads = new Map<string, ChatHead>(chatIds.map((id) => [id, { seq: 0, rev: 0, count: 0 }]));
  const match = { chatId: { $in: chatIds.map((id) => new Types.ObjectId(id)) } };
  const both = Promise.all([highest(match, 'seq'), highest(match, 'rev')]);
  const [bySeq, byRev] = await answerWithin(ANSWER_WITHIN_MS, both);
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

async function highest(match: object, field: 'seq' | 'rev'): Promise<HighestRow[]> {
  return MessageModel.collection
    .aggregate<HighestRow>([
      { $match: match },
      { $sort: { chatId: -1, [field]: -1 } },
      { $group: { _id: '$chatId', value: { $first: `$${field}` }, count: { $first: '$count' } } },
    ])
    .toArray();
}
