import type { Journal } from '../journal/journal.types';
import { ChatModel, type ChatRecord } from '../models/chat.model';
import { ContactModel } from '../models/contact.model';
import { MembershipModel, type MembershipRecord } from '../models/membership.model';
import { trusted } from '../models/trusted';
import type { Cache } from '../providers/cache/cache.port';
import { contactsTag, REQUEST_COUNTS, readThrough } from './cached';
import { chatIdsOf } from './chat-places';

/** A chat of the user with how many of its messages are neither read nor cleared. */
export interface ChatCount {
  chat: ChatRecord;
  membership: MembershipRecord;
  count: number;
}

/** What counting stands on. */
export interface CountGround {
  journal: Pick<Journal, 'settle'>;
  cache: Cache;
}

/** The user's chats with their counts, those with none too: a few queries however many chats there are. */
export async function countChats(userId: string, { journal, cache }: CountGround): Promise<ChatCount[]> {
  const ids = await chatIdsOf(cache, userId);
  // What was just sent through this node must be in what we read.
  await journal.settle(ids);
  const [memberships, chats] = await Promise.all([
    MembershipModel.find({ userId, leftAt: null }).lean(),
    ChatModel.find({ _id: trusted({ $in: ids }) }).lean(),
  ]);
  const chatById = new Map(chats.map((chat) => [String(chat._id), chat]));
  return memberships.flatMap((membership) => {
    const chat = chatById.get(String(membership.chatId));
    return chat ? [{ chat, membership, count: unclearedOf(chat, membership) }] : [];
  });
}

/** Derived from the two watermarks each time, never counted up or down (contract section 6). */
function unclearedOf(
  chat: Pick<ChatRecord, 'count'>,
  { readCount, clearedCount }: Pick<MembershipRecord, 'readCount' | 'clearedCount'>,
): number {
  return Math.max(0, chat.count - Math.max(readCount, clearedCount ?? 0));
}

/** The badge: what `total` of the counts is, for many users at once. */
export async function badgesOf(
  userIds: readonly string[],
  { journal, cache }: CountGround,
): Promise<Map<string, number>> {
  const among = { userId: trusted({ $in: [...userIds] }), leftAt: null };
  const ids = await MembershipModel.distinct('chatId', among);
  await journal.settle(ids.map(String));
  const [memberships, chats, requests] = await Promise.all([
    MembershipModel.find(among, { chatId: 1, userId: 1, readCount: 1, clearedCount: 1 }).lean(),
    ChatModel.find({ _id: trusted({ $in: ids }) }, { count: 1 }).lean(),
    Promise.all(userIds.map((userId) => countUnviewedRequests(userId, cache))),
  ]);
  const badges = new Map(userIds.map((userId, i) => [userId, requests[i] ?? 0]));
  const chatById = new Map(chats.map((chat) => [String(chat._id), chat]));
  for (const membership of memberships) {
    const chat = chatById.get(String(membership.chatId));
    const userId = String(membership.userId);
    if (chat) badges.set(userId, (badges.get(userId) ?? 0) + unclearedOf(chat, membership));
  }
  return badges;
}

/** How many requests to the user wait for an answer and were not looked at. */
export function countUnviewedRequests(userId: string, cache: Cache): Promise<number> {
  return readThrough(cache, REQUEST_COUNTS, { id: userId, tag: contactsTag(userId) }, () =>
    ContactModel.countDocuments({
      ownerId: userId,
      status: 'pending',
      direction: 'incoming',
      isBlocked: false,
      viewedAt: null,
    }),
  );
}
