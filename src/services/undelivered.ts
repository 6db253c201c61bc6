import { readHeads } from '../journal/heads';
import type { Journal } from '../journal/journal.types';
import { MembershipModel } from '../models/membership.model';
import type { Cache } from '../providers/cache/cache.port';
import { chatIdsOf } from './chat-places';

/** The user's chats that hold messages not yet delivered to them, each with the number of its newest message. */
export async function findUndelivered(
  userId: string,
  { journal, cache }: { journal: Pick<Journal, 'settle'>; cache: Cache },
): Promise<Array<{ chatId: string; seq: number }>> {
  const ids = await chatIdsOf(cache, userId);
  // What sending moved through this node must be in what we read.
  await journal.settle(ids);
  const [memberships, heads] = await Promise.all([
    MembershipModel.find({ userId, leftAt: null }, { chatId: 1, deliveredSeq: 1 }).lean(),
    readHeads(ids),
  ]);
  return memberships.flatMap(({ chatId, deliveredSeq }) => {
    const seq = heads.get(String(chatId))?.seq ?? 0;
    return seq > deliveredSeq ? [{ chatId: String(chatId), seq }] : [];
  });
}
