import { notFound } from '../errors/app-error';
import { ChatModel, type ChatRecord } from '../models/chat.model';
import { gatherReads } from '../models/gathered-reads';
import { groupPairs, pairOf } from '../models/id-pair';
import { MembershipModel, type MembershipRecord } from '../models/membership.model';
import { toObjectId } from '../models/object-id';
import { trusted } from '../models/trusted';

export interface ChatAccess {
  chat: ChatRecord;
  membership: MembershipRecord;
}

/** The chat and the user's own place in it. @throws not_found for everybody who is no member (contract section 2). */
export async function accessChat(userId: string, chatId: string): Promise<ChatAccess> {
  const id = chatId.toLowerCase();
  const [chats, [membership]] = await Promise.all([readChats([id]), findMemberships(userId, [id])]);
  const chat = chats.get(id);
  if (!chat || !membership) throw notFound('The chat');
  return { chat, membership };
}

/** Chats by their ids. */
export const readChats = gatherReads<ChatRecord>(async (chatIds) => {
  const chats = await ChatModel.find({ _id: trusted({ $in: chatIds.map(toObjectId) }) }).lean();
  return new Map(chats.map((chat) => [String(chat._id), chat]));
});

/** A present member's place in the chat. @throws not_found */
export async function findMember(chatId: string, userId: string): Promise<MembershipRecord> {
  const membership = await MembershipModel.findOne({ chatId, userId, leftAt: null }).lean();
  if (!membership) throw notFound('The member');
  return membership;
}

/** The user's places in those of the given chats that the user is a member of. */
export async function findMemberships(
  userId: string,
  chatIds: readonly string[],
): Promise<MembershipRecord[]> {
  const places = await readPlaces(chatIds.map((chatId) => pairOf(userId, chatId)));
  return [...places.values()];
}

const readPlaces = gatherReads<MembershipRecord>(async (keys) => {
  const branches = groupPairs(keys).map(({ first, seconds }) => ({
    userId: first,
    chatId: trusted({ $in: seconds }),
    leftAt: null,
  }));
  // The index of one's places would read all of them.
  const places = await MembershipModel.find({ $or: branches }).hint({ chatId: 1, userId: 1 }).lean();
  return new Map(places.map((place) => [pairOf(place.userId, place.chatId), place]));
});
