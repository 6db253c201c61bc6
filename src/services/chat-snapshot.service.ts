import { MEMBERS_IN_LISTS } from '../config/limits';
import { notFound } from '../errors/app-error';
import type { Journal } from '../journal/journal.types';
import { ChatModel, type ChatRecord } from '../models/chat.model';
import { MembershipModel, type MembershipRecord } from '../models/membership.model';
import type { MessageRecord } from '../models/message.model';
import { trusted } from '../models/trusted';
import type { Cache } from '../providers/cache/cache.port';
import { type ChatAccess, findMemberships, readChats } from './chat-access';
import { lastMessagesOf } from './chat-last-message';
import { type ChatMember, membersOf } from './chat-members';
import { type OtherPerson, otherPersonsOf } from './chat-others';

/** A chat as it stands for one of its members. */
export interface ChatSnapshot {
  chat: ChatRecord;
  /** The viewer's place in it. */
  membership: MembershipRecord;
  members: readonly ChatMember[];
  /** Whom a private chat is with. */
  other: OtherPerson | undefined;
  /** The latest message that the viewer can see. */
  lastMessage: MessageRecord | undefined;
}

export interface ChatSnapshotService {
  /** The chats as they stand for this user, in the given order; those the user is no member of are left out. */
  forViewer(viewerId: string, chatIds: readonly string[]): Promise<ChatSnapshot[]>;
  /** One chat with all its members. @throws not_found unless the user is a member. */
  oneForViewer(viewerId: string, chatId: string): Promise<ChatSnapshot>;
  /** One chat as it stands for each of these users; who is no member is left out. */
  forViewers(chatId: string, viewerIds: readonly string[]): Promise<ChatSnapshot[]>;
}

/** Reads what chats look like: a handful of queries for any number of chats, or of viewers of one chat. */
export function createChatSnapshotService(deps: {
  journal: Pick<Journal, 'settle'>;
  cache: Cache;
}): ChatSnapshotService {
  const { cache } = deps;

  async function readMany(viewerId: string, chatIds: readonly string[], limit: number) {
    const places = await readPlaces(viewerId, chatIds);
    return withSurroundings(cache, places, limit, (members) => otherPersonsOf(cache, viewerId, members));
  }

  async function readPlaces(viewerId: string, chatIds: readonly string[]): Promise<ChatAccess[]> {
    if (chatIds.length === 0) return [];
    // What was just written through this node must be in what we read.
    await deps.journal.settle(chatIds);
    const [chats, memberships] = await Promise.all([readChats(chatIds), findMemberships(viewerId, chatIds)]);
    const placeIn = new Map(memberships.map((membership) => [String(membership.chatId), membership]));
    return chatIds.flatMap((id) => {
      const [chat, membership] = [chats.get(id), placeIn.get(id)];
      return chat && membership ? [{ chat, membership }] : [];
    });
  }

  return {
    forViewer: (viewerId, chatIds) => readMany(viewerId, chatIds, MEMBERS_IN_LISTS),

    async oneForViewer(viewerId, chatId) {
      const [snapshot] = await readMany(viewerId, [chatId], Number.POSITIVE_INFINITY);
      if (!snapshot) throw notFound('The chat');
      return snapshot;
    },

    async forViewers(chatId, viewerIds) {
      await deps.journal.settle([chatId]);
      const [chat, memberships] = await Promise.all([
        ChatModel.findById(chatId).lean(),
        MembershipModel.find({ chatId, leftAt: null, userId: trusted({ $in: [...viewerIds] }) }).lean(),
      ]);
      if (!chat) return [];
      const isPrivate = chat.type === 'private';
      const perViewer = isPrivate ? memberships.map((one) => [one]) : [memberships];
      const snapshots = await Promise.all(
        perViewer.map((some) => {
          const places = some.map((membership) => ({ chat, membership }));
          return withSurroundings(cache, places, MEMBERS_IN_LISTS, (members) =>
            otherPersonsOf(cache, String(some[0]?.userId), members),
          );
        }),
      );
      return snapshots.flat();
    },
  };
}

async function withSurroundings(
  cache: Cache,
  places: ChatAccess[],
  memberLimit: number,
  findOthers: (privateMembers: Map<string, string[]>) => Promise<Map<string, OtherPerson>>,
): Promise<ChatSnapshot[]> {
  const chats = [...new Set(places.map(({ chat }) => chat))];
  const [members, lastMessages] = await Promise.all([
    membersOf(cache, chats, memberLimit),
    lastMessagesOf(places),
  ]);
  const others = await findOthers(privateMembers(chats, members));
  return places.map(({ chat, membership }) => ({
    chat,
    membership,
    members: members.get(String(chat._id)) ?? [],
    other: others.get(String(chat._id)),
    lastMessage: lastMessages.get(membership),
  }));
}

/** The members of the private chats among these, by chat. */
function privateMembers(
  chats: ChatRecord[],
  members: ReadonlyMap<string, readonly ChatMember[]>,
): Map<string, string[]> {
  return new Map(
    chats
      .filter(({ type }) => type === 'private')
      .map(({ _id }) => [String(_id), (members.get(String(_id)) ?? []).map(({ userId }) => String(userId))]),
  );
}
