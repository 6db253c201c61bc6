import { ChatModel } from '../models/chat.model';
import type { MembershipRecord } from '../models/membership.model';
import { MessageModel } from '../models/message.model';
import { toObjectId } from '../models/object-id';
import { trusted } from '../models/trusted';
import { OWN_MESSAGES_INDEX, ownSince } from './own-messages';

/** Chats that are looked at with one query. */
const CHUNK = 200;

/** A chat in which the last message before a time is looked for, between `low` (which is before it) and `high`. */
interface Search {
  chatId: string;
  joinedSeq: number;
  head: { seq: number; count: number };
  low: { seq: number; count: number };
  high: number;
}

/**
 * How many messages of others came since a time in the chats of these memberships: each message knows how many there were up to
 * it, so two of them per chat tell. `sent` is how many one said oneself.
 */
export async function receivedSince(
  userId: string,
  since: Date,
  facts: {
    memberships: Array<Pick<MembershipRecord, 'chatId' | 'joinedSeq'>>;
    sent: ReadonlyMap<string, number>;
  },
): Promise<number> {
  let received = 0;
  for (let at = 0; at < facts.memberships.length; at += CHUNK) {
    const searches = await openSearches(facts.memberships.slice(at, at + CHUNK));
    await narrow(searches, since);
    for (const search of searches) {
      const own = await ownIn(userId, since, search, facts.sent.get(search.chatId) ?? 0);
      received += Math.max(0, search.head.count - search.low.count - own);
    }
  }
  return received;
}

async function openSearches(
  memberships: Array<Pick<MembershipRecord, 'chatId' | 'joinedSeq'>>,
): Promise<Search[]> {
  const chats = await ChatModel.find(
    { _id: trusted({ $in: memberships.map(({ chatId }) => chatId) }) },
    { seq: 1, count: 1 },
  ).lean();
  const heads = new Map(chats.map(({ _id, seq, count }) => [String(_id), { seq, count }]));
  const searches = memberships.flatMap(({ chatId, joinedSeq }) => {
    const head = heads.get(String(chatId));
    if (!head || head.seq <= joinedSeq) return [];
    return [{ chatId: String(chatId), joinedSeq, head, low: { seq: joinedSeq, count: 0 }, high: head.seq }];
  });
  const joined = await readRows(
    searches.filter(({ joinedSeq }) => joinedSeq > 0),
    ({ joinedSeq }) => joinedSeq,
  );
  for (const search of searches) search.low.count = joined.get(search.chatId)?.count ?? 0;
  return searches;
}

/** Halves what is left of every search until `low` is the last message before the time. The newest comes first: most chats are quiet. */
async function narrow(searches: Search[], since: Date): Promise<void> {
  let probe = ({ high }: Search): number => high;
  for (;;) {
    const open = searches.filter(({ low, high }) => low.seq < high);
    if (open.length === 0) return;
    const rows = await readRows(open, probe);
    for (const search of open) {
      const seq = probe(search);
      const row = rows.get(search.chatId);
      if (row && row.createdAt < since) search.low = { seq, count: row.count };
      else search.high = seq - 1;
    }
    probe = ({ low, high }) => Math.ceil((low.seq + high) / 2);
  }
}

async function readRows(
  searches: Search[],
  seqOf: (search: Search) => number,
): Promise<Map<string, { count: number; createdAt: Date }>> {
  if (searches.length === 0) return new Map();
  const rows = await MessageModel.collection
    .find<{ chatId: unknown; count: number; createdAt: Date }>(
      { $or: searches.map((search) => ({ chatId: toObjectId(search.chatId), seq: seqOf(search) })) },
      { projection: { _id: 0, chatId: 1, count: 1, createdAt: 1 } },
    )
    .toArray();
  return new Map(rows.map((row) => [String(row.chatId), row]));
}

/** Who came back lately may have said something in the period before they left, which is not above where they came back. */
async function ownIn(
  userId: string,
  since: Date,
  { chatId, joinedSeq, low }: Search,
  sent: number,
): Promise<number> {
  if (sent === 0 || joinedSeq === 0 || low.seq !== joinedSeq) return sent;
  const filter = { ...ownSince(userId, since), chatId: toObjectId(chatId), seq: { $gt: joinedSeq } };
  return MessageModel.collection.countDocuments(filter, { hint: OWN_MESSAGES_INDEX });
}
