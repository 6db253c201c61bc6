import type { EventBus } from '../events/event-bus';
import { decodeRankCursor, encodeRankCursor } from '../helpers/rank-cursor';
import type { Journal } from '../journal/journal.types';
import type { CallRecord } from '../models/call.model';
import { MembershipModel } from '../models/membership.model';
import type { MessageRecord } from '../models/message.model';
import type { ObjectId } from '../models/object-id';
import type { Cache } from '../providers/cache/cache.port';
import type { Clock } from '../types/clock';
import { accessChat } from './chat-access';
import { lastMessagesOf } from './chat-last-message';
import { askedAt, type ContactEntry, findRequests, type PageOf, withUsers } from './contact-lists';
import { findMissedCalls } from './missed-calls';
import { type ChatCount, countChats, countUnviewedRequests } from './notification-counts';

/** One thing that waits for the user's attention. */
export type NotificationEntry =
  | { type: 'message'; chatId: string; count: number; lastMessage: MessageRecord | undefined; at: Date }
  | { type: 'contact_request'; entry: ContactEntry; at: Date }
  | { type: 'missed_call'; call: CallRecord; at: Date };

export interface NotificationService {
  /**
   * What waits for the user, the newest first: each chat with messages neither read nor cleared, unless it is muted; each open
   * request to be a contact; the missed calls of the last week, until their chat is cleared.
   */
  list(userId: string, page: PageOf): Promise<{ entries: NotificationEntry[]; nextCursor: string | null }>;
  /** Unread messages not cleared, in muted chats too, by chat, and requests not looked at (contract section 6). */
  counts(userId: string): Promise<NotificationCounts>;
  /** Puts away what a chat has now, without marking it read; a later message counts again. @throws not_found unless a member. */
  clear(userId: string, chatId: string): Promise<void>;
}

export interface NotificationCounts {
  total: number;
  /** Chats with none are left out. */
  chats: Array<{ chatId: string; count: number }>;
  contactRequests: number;
}

export function createNotificationService(deps: {
  journal: Pick<Journal, 'settle' | 'head'>;
  bus: EventBus;
  clock: Clock;
  cache: Cache;
}): NotificationService {
  const { journal, bus, clock, cache } = deps;

  return {
    async list(userId, { limit, cursor }) {
      const now = clock.now();
      const chats = await countChats(userId, deps);
      const [requests, calls] = await Promise.all([
        findRequests(cache, userId, 'incoming', { limit: limit + 1, cursor }),
        findMissedCalls(userId, now, clearedTimes(chats)),
      ]);
      const rows: Row[] = [
        ...chats
          .filter((one) => one.count > 0 && !isMuted(one, now))
          .map((one) => ({ type: 'message' as const, one, id: one.chat._id, at: one.chat.lastActivityAt })),
        ...requests.map((side) => ({
          type: 'contact_request' as const,
          side,
          id: side._id,
          at: askedAt(side),
        })),
        ...calls.map((call) => ({ type: 'missed_call' as const, call, id: call._id, at: call.createdAt })),
      ];
      const found = rows.sort(newestFirst).filter(isAfter(cursor));
      const page = found.slice(0, limit);
      const last = found.length > limit ? page.at(-1) : undefined;
      const nextCursor = last && encodeRankCursor({ rank: last.at.getTime(), id: String(last.id) });
      return { entries: await complete(page), nextCursor: nextCursor ?? null };
    },

    async counts(userId) {
      const [all, contactRequests] = await Promise.all([
        countChats(userId, deps),
        countUnviewedRequests(userId, cache),
      ]);
      const chats = all
        .filter(({ count }) => count > 0)
        .map(({ chat, count }) => ({ chatId: String(chat._id), count }));
      const total = chats.reduce((sum, { count }) => sum + count, contactRequests);
      return { total, chats, contactRequests };
    },

    async clear(userId, givenChatId) {
      const chatId = givenChatId.toLowerCase();
      const { membership } = await accessChat(userId, chatId);
      const { count } = await journal.head(chatId);
      await MembershipModel.updateOne(
        { _id: membership._id },
        { $max: { clearedCount: count, clearedAt: clock.now() } },
      );
      bus.emit('notifications.cleared', { userId, chatId });
    },
  };
}

type Row = { id: ObjectId; at: Date } & (
  | { type: 'message'; one: ChatCount }
  | { type: 'contact_request'; side: ContactEntry['contact'] }
  | { type: 'missed_call'; call: CallRecord }
);

function isMuted({ membership }: ChatCount, now: Date): boolean {
  return membership.mutedUntil !== null && membership.mutedUntil > now;
}

function clearedTimes(chats: readonly ChatCount[]): Map<string, Date> {
  return new Map(
    chats.flatMap(({ chat, membership: { clearedAt } }) =>
      clearedAt ? [[String(chat._id), clearedAt]] : [],
    ),
  );
}

function newestFirst(a: Row, b: Row): number {
  return b.at.getTime() - a.at.getTime() || (String(a.id) < String(b.id) ? 1 : -1);
}

function isAfter(cursor: string | undefined): (row: Row) => boolean {
  if (cursor === undefined) return () => true;
  const { rank, id } = decodeRankCursor(cursor);
  return (row) => row.at.getTime() < rank || (row.at.getTime() === rank && String(row.id) < id);
}

/** Adds what only the rows of a page need: the last messages of chats, and who asks. */
async function complete(page: readonly Row[]): Promise<NotificationEntry[]> {
  const chats = page.flatMap((row) => (row.type === 'message' ? [row.one] : []));
  const sides = page.flatMap((row) => (row.type === 'contact_request' ? [row.side] : []));
  const [lastMessages, contacts] = await Promise.all([lastMessagesOf(chats), withUsers(sides)]);
  const entryOf = new Map(contacts.map((entry) => [entry.contact, entry]));
  return page.flatMap((row): NotificationEntry[] => {
    const { type, at } = row;
    if (type === 'missed_call') return [{ type, call: row.call, at }];
    if (type === 'message') {
      const { chat, membership, count } = row.one;
      return [{ type, chatId: String(chat._id), count, lastMessage: lastMessages.get(membership), at }];
    }
    const entry = entryOf.get(row.side);
    return entry ? [{ type, entry, at }] : [];
  });
}
