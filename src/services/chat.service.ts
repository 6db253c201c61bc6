import { invalidField } from '../errors/app-error';
import type { EventBus } from '../events/event-bus';
import { decodeRankCursor, encodeRankCursor } from '../helpers/rank-cursor';
import type { Journal } from '../journal/journal.types';
import { ChatModel, type ChatRecord } from '../models/chat.model';
import { trusted } from '../models/trusted';
import type { Cache } from '../providers/cache/cache.port';
import type { Actor } from '../types/actor';
import type { Clock } from '../types/clock';
import { chatIdsOf } from './chat-places';
import { assertMayOpen, openPrivateChat } from './private-chat';

type Who = Pick<Actor, 'userId'>;

export interface ChatPage {
  chatIds: string[];
  nextCursor: string | null;
}

export interface ChatService {
  /**
   * The private chat with somebody, found or made (contract section 4).
   * @throws validation_failed for oneself, not_found for an unknown or deleted user, forbidden on a block either way.
   */
  openPrivate(actor: Who, otherId: string): Promise<{ chatId: string; isNew: boolean }>;
  /** The same by a list of members (S1): one person besides oneself. @throws validation_failed for any other number. */
  openPrivateWith(actor: Who, memberIds: readonly string[]): Promise<{ chatId: string; isNew: boolean }>;
  /** One's chats, the latest activity first; a chat without messages is among them. */
  list(actor: Who, page: { limit: number; cursor?: string }): Promise<ChatPage>;
}

export function createChatService(deps: {
  journal: Pick<Journal, 'settle'>;
  bus: EventBus;
  clock: Clock;
  cache: Cache;
}): ChatService {
  const { journal, bus, clock, cache } = deps;

  const openPrivate: ChatService['openPrivate'] = async ({ userId }, otherId) => {
    await assertMayOpen(userId, otherId);
    const { chat, isNew, isPlaced } = await openPrivateChat(userId, otherId, clock.now());
    const chatId = String(chat._id);
    if (isPlaced) bus.emit('chat.placed', { chatId, userIds: [userId, otherId] });
    if (isNew) bus.emit('chat.created', { chatId, memberIds: [userId, otherId], actorId: userId });
    return { chatId, isNew };
  };

  return {
    openPrivate,

    async openPrivateWith(actor, memberIds) {
      const [otherId, ...more] = memberIds.filter((id) => id !== actor.userId);
      if (otherId === undefined || more.length > 0) {
        throw invalidField('memberIds', 'must name exactly one person besides yourself in a private chat');
      }
      return openPrivate(actor, otherId);
    },

    async list({ userId }, { limit, cursor }) {
      const chatIds = await chatIdsOf(cache, userId);
      await journal.settle(chatIds);
      const found = await findByActivity(chatIds, limit + 1, cursor);
      const page = found.slice(0, limit);
      const last = found.length > limit ? page.at(-1) : undefined;
      return { chatIds: page.map(({ _id }) => String(_id)), nextCursor: last ? cursorAfter(last) : null };
    },
  };
}

type Activity = Pick<ChatRecord, '_id' | 'lastActivityAt'>;

function cursorAfter(chat: Activity): string {
  return encodeRankCursor({ rank: chat.lastActivityAt.getTime(), id: String(chat._id) });
}

function findByActivity(ids: string[], limit: number, cursor: string | undefined): Promise<Activity[]> {
  const after = cursor === undefined ? {} : { $or: placesAfter(cursor) };
  return ChatModel.find({ _id: trusted({ $in: ids }), ...after }, { lastActivityAt: 1 })
    .sort({ lastActivityAt: -1, _id: -1 })
    .limit(limit)
    .lean();
}

function placesAfter(cursor: string) {
  const { rank, id } = decodeRankCursor(cursor);
  const at = new Date(rank);
  return [{ lastActivityAt: trusted({ $lt: at }) }, { lastActivityAt: at, _id: trusted({ $lt: id }) }];
}
