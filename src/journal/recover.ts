import { Types, trusted } from 'mongoose';
import { ChatModel } from '../models/chat.model';
import { MessageModel, type MessageRecord } from '../models/message.model';
import type { Projections } from './projections';

interface LogHead {
  _id: Types.ObjectId;
  rev: number;
}

/**
 * Derives again what a crash kept from being projected: compares every chat's projected head with the log's (an index skip per
 * chat) and replays the messages above it. Idempotent. Resolves with the number of chats that were behind.
 */
export async function recoverProjections(projections: Projections): Promise<number> {
  let behind = 0;
  const heads = MessageModel.collection.aggregate<LogHead>([
    { $match: { chatId: { $gt: new Types.ObjectId('000000000000000000000000') } } },
    { $sort: { chatId: -1, rev: -1 } },
    { $group: { _id: '$chatId', rev: { $first: '$rev' } } },
  ]);
  for await (const page of pagesOf(heads, 1000)) {
    const chats = await ChatModel.find(
      { _id: trusted({ $in: page.map((head) => head._id) }) },
      { seq: 1, rev: 1 },
    ).lean();
    const projected = new Map(chats.map((chat) => [String(chat._id), chat]));
    for (const head of page) {
      const chat = projected.get(String(head._id));
      if (!chat || chat.rev >= head.rev) continue;
      behind += 1;
      projections.revReached(String(head._id), head.rev);
      await replay(head._id, chat.seq, projections);
    }
  }
  return behind;
}

async function replay(chatId: Types.ObjectId, aboveSeq: number, projections: Projections): Promise<void> {
  const missed = MessageModel.collection
    .find<MessageRecord>({ chatId, seq: { $gt: aboveSeq } })
    .sort({ seq: 1 });
  for await (const message of missed) projections.messagesWritten([message]);
  await projections.settle([String(chatId)]);
}

/** What a cursor gives, page by page. */
export async function* pagesOf<T>(cursor: AsyncIterable<T>, size: number): AsyncGenerator<T[]> {
  let page: T[] = [];
  for await (const row of cursor) {
    page.push(row);
    if (page.length === size) {
      yield page;
      page = [];
    }
  }
  if (page.length > 0) yield page;
}
