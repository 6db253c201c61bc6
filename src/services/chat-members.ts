import { MEMBERS_IN_LISTS } from '../config/limits';
import { ChatModel, type ChatRecord } from '../models/chat.model';
import { gatherReads } from '../models/gathered-reads';
import { MembershipModel, type MembershipRecord } from '../models/membership.model';
import { type ObjectId, toObjectId } from '../models/object-id';
import { trusted } from '../models/trusted';
import type { Cache } from '../providers/cache/cache.port';
import { CHAT_MEMBERS, chatTag, readManyThrough } from './cached';

/** What everybody in a chat knows of its members. */
export type ChatMember = Pick<MembershipRecord, 'userId' | 'role' | 'joinedAt'>;
type MembersByChat = Map<string, ChatMember[]>;

/** Where all members are asked for, a chat may have thousands. */
const CHATS_AT_ONCE = 100;

const FIELDS = { chatId: 1, userId: 1, role: 1, joinedAt: 1 } as const;

/** The first `limit` members of each chat in the order of joining; those that lists show are kept. */
export async function membersOf(
  cache: Cache,
  chats: readonly ChatRecord[],
  limit: number,
): Promise<ReadonlyMap<string, readonly ChatMember[]>> {
  if (limit !== MEMBERS_IN_LISTS) return readMembers(chats, limit);
  const byId = new Map(chats.map((chat) => [String(chat._id), chat]));
  return readManyThrough(cache, CHAT_MEMBERS, [...byId.keys()], chatTag, (missing) =>
    readMembers(
      missing.flatMap((id) => byId.get(id) ?? []),
      limit,
    ),
  );
}

/** One query for the small chats, one for the large ones. */
async function readMembers(chats: readonly ChatRecord[], limit: number): Promise<MembersByChat> {
  const isLarge = (chat: ChatRecord) => chat.memberCount > MEMBERS_IN_LISTS && limit <= MEMBERS_IN_LISTS;
  const [small, large] = await Promise.all([
    readAll(chats.filter((chat) => !isLarge(chat)).map(({ _id }) => String(_id))),
    firstMembers(
      chats.filter(isLarge).map(({ _id }) => _id),
      limit,
    ),
  ]);
  for (const [chatId, members] of small) small.set(chatId, members.slice(0, limit));
  return new Map([...small, ...large]);
}

const readAll = gatherReads<ChatMember[]>(
  async (chatIds) => {
    const byChat: MembersByChat = new Map();
    const members = await MembershipModel.find(
      { chatId: trusted({ $in: chatIds.map(toObjectId) }), leftAt: null },
      FIELDS,
    )
      .sort({ chatId: 1, joinedAt: 1, _id: 1 })
      .lean();
    for (const member of members) {
      const id = String(member.chatId);
      const list = byChat.get(id);
      if (list) list.push(member);
      else byChat.set(id, [member]);
    }
    return byChat;
  },
  { keysAtMost: CHATS_AT_ONCE },
);

/** Reads no more than `limit` members of a chat, however many it has. */
async function firstMembers(chatIds: ObjectId[], limit: number): Promise<MembersByChat> {
  if (chatIds.length === 0) return new Map();
  const rows = await ChatModel.aggregate<{ _id: ObjectId; members: ChatMember[] }>([
    { $match: { _id: { $in: chatIds } } },
    { $project: { _id: 1 } },
    {
      $lookup: {
        from: MembershipModel.collection.name,
        let: { id: '$_id' },
        pipeline: [
          { $match: { $expr: { $eq: ['$chatId', '$$id'] }, leftAt: null } },
          { $sort: { joinedAt: 1 } },
          { $limit: limit },
          { $project: FIELDS },
        ],
        as: 'members',
      },
    },
  ]);
  return new Map(rows.map(({ _id, members }) => [String(_id), members]));
}
