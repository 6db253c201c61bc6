import type { Journal } from '../journal/journal.types';
import { ChatModel, type ChatRecord } from '../models/chat.model';
import { ContactModel } from '../models/contact.model';
import { MembershipModel, type MembershipRecord } from '../models/membership.model';
import { MessageModel, type MessageRecord } from '../models/message.model';
import { toObjectId } from '../models/object-id';
import { trusted } from '../models/trusted';
import { UserModel, type UserRecord } from '../models/user.model';
import type { Cache } from '../providers/cache/cache.port';
import type { Clock } from '../types/clock';
import { badgesOf } from './notification-counts';

/** A message that somebody may be told of. */
export interface WantedMessage {
  userId: string;
  chatId: string;
  messageId: string;
}

/** What a push about a message says, as things stand now. */
export interface MessageFacts {
  message: MessageRecord;
  chat: Pick<ChatRecord, '_id' | 'type' | 'name'>;
  sender: NamedUser | undefined;
  badge: number;
}

export type NamedUser = Pick<UserRecord, '_id' | 'name' | 'username'>;

export interface PushFacts {
  /** For each of these what to say, or nothing where it was read, muted, left, deleted or is from somebody blocked. */
  messages(wanted: readonly WantedMessage[]): Promise<Array<MessageFacts | undefined>>;
  badges(userIds: readonly string[]): Promise<Map<string, number>>;
  /** The names of these users, by id. */
  names(userIds: readonly string[]): Promise<Map<string, NamedUser>>;
}

/** Reads what pushes need to know, for a whole batch in a few queries, when they leave. */
export function createPushFacts(deps: {
  journal: Pick<Journal, 'settle'>;
  clock: Clock;
  cache: Cache;
}): PushFacts {
  const { clock, journal } = deps;
  const badges = (userIds: readonly string[]) => badgesOf([...new Set(userIds)], deps);

  return {
    badges,
    names: (userIds) => readNames(unique(userIds)),

    async messages(wanted) {
      const chatIds = unique(wanted.map(({ chatId }) => chatId));
      // What somebody just wrote moves their own watermarks.
      await journal.settle(chatIds);
      const [messages, places, chats] = await Promise.all([
        readMessages(wanted.map(({ messageId }) => messageId)),
        readPlaces(wanted),
        readChats(chatIds),
      ]);
      const now = clock.now();
      const open = wanted.filter(({ userId, chatId, messageId }) => {
        const [message, place] = [messages.get(messageId), places.get(`${chatId}:${userId}`)];
        return message && place && isToBeHeard(message, place, now);
      });
      const senderIds = unique(open.map(({ messageId }) => String(messages.get(messageId)?.senderId)));
      const userIds = unique(open.map(({ userId }) => userId));
      const [senders, blocks, counts] = await Promise.all([
        readNames(senderIds),
        readBlocks(userIds, senderIds),
        userIds.length > 0 ? badges(userIds) : new Map<string, number>(),
      ]);
      const isOpen = new Set(open);
      return wanted.map((one): MessageFacts | undefined => {
        const [message, chat] = [messages.get(one.messageId), chats.get(one.chatId)];
        if (!isOpen.has(one) || !message || !chat) return undefined;
        const senderId = String(message.senderId);
        if (blocks.has(`${one.userId}:${senderId}`)) return undefined;
        return { message, chat, sender: senders.get(senderId), badge: counts.get(one.userId) ?? 0 };
      });
    },
  };
}

function isToBeHeard(message: MessageRecord, place: MembershipRecord, now: Date): boolean {
  const { seq, count, content, senderId, deletedFor, expiresAt } = message;
  if (content === null || content.type === 'system' || senderId.equals(place.userId)) return false;
  if (deletedFor?.some((id) => id.equals(place.userId)) || (expiresAt && expiresAt <= now)) return false;
  if (place.mutedUntil && place.mutedUntil > now) return false;
  return seq > place.joinedSeq && seq > place.readSeq && count > (place.clearedCount ?? 0);
}

async function readMessages(ids: readonly string[]): Promise<Map<string, MessageRecord>> {
  const rows = await MessageModel.find({ _id: trusted({ $in: unique(ids) }) }).lean();
  return new Map(rows.map((row) => [String(row._id), row]));
}

/** The present memberships, by chat and user. */
async function readPlaces(wanted: readonly WantedMessage[]): Promise<Map<string, MembershipRecord>> {
  const rows = await MembershipModel.find({
    chatId: trusted({ $in: unique(wanted.map(({ chatId }) => chatId)).map(toObjectId) }),
    userId: trusted({ $in: unique(wanted.map(({ userId }) => userId)).map(toObjectId) }),
    leftAt: null,
  }).lean();
  return new Map(rows.map((row) => [`${row.chatId}:${row.userId}`, row]));
}

async function readChats(ids: readonly string[]): Promise<Map<string, ChatRecord>> {
  const rows = await ChatModel.find({ _id: trusted({ $in: [...ids] }) }).lean();
  return new Map(rows.map((row) => [String(row._id), row]));
}

async function readNames(ids: readonly string[]): Promise<Map<string, NamedUser>> {
  if (ids.length === 0) return new Map();
  const rows = await UserModel.find({ _id: trusted({ $in: [...ids] }) }, { name: 1, username: 1 }).lean();
  return new Map(rows.map((row) => [String(row._id), row]));
}

/** Which of the users block which of the senders: they hear nothing of them in groups either. */
async function readBlocks(userIds: readonly string[], senderIds: readonly string[]): Promise<Set<string>> {
  if (userIds.length === 0) return new Set();
  const rows = await ContactModel.find(
    {
      ownerId: trusted({ $in: userIds.map(toObjectId) }),
      userId: trusted({ $in: senderIds.map(toObjectId) }),
      isBlocked: true,
    },
    { ownerId: 1, userId: 1 },
  ).lean();
  return new Set(rows.map(({ ownerId, userId }) => `${ownerId}:${userId}`));
}

function unique(ids: readonly string[]): string[] {
  return [...new Set(ids)];
}
