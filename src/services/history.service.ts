import { notFound } from '../errors/app-error';
import { MessageModel, type MessageRecord } from '../models/message.model';
import { toObjectId } from '../models/object-id';
import { assertMember } from '../policies/message.policy';
import type { Cache } from '../providers/cache/cache.port';
import type { Actor } from '../types/actor';
import { findVisibleMessage } from './message-access';
import { createRecentPages } from './recent-pages';
import type { RosterService } from './roster.service';

export interface HistoryPage {
  messages: MessageRecord[];
  /** The next page's `before` (or `after`), a `seq`; null on the last page. */
  nextCursor: number | null;
}

export interface HistoryService {
  /** A page of a chat, newest first; `after` pages upwards from a known message. @throws not_found */
  listMessages(
    actor: Actor,
    chatId: string,
    page: { before?: number; after?: number; limit: number },
  ): Promise<HistoryPage>;
  /** The replies to a message, newest first. @throws not_found */
  listReplies(actor: Actor, messageId: string, limit: number): Promise<MessageRecord[]>;
}

export function createHistoryService(deps: { rosters: RosterService; cache: Cache }): HistoryService {
  const { rosters } = deps;
  const recent = createRecentPages(deps.cache);

  return {
    async listMessages(actor, chatId, { before, after, limit }) {
      const roster = await rosters.get(chatId);
      assertMember(actor.userId, roster);
      const joinedSeq = roster.members.get(actor.userId)?.joinedSeq;
      if (joinedSeq === undefined) throw notFound('The chat');
      const readPage = () =>
        MessageModel.collection
          .find<MessageRecord>({
            chatId: toObjectId(chatId),
            seq: { $gt: Math.max(joinedSeq, after ?? 0), ...(before !== undefined && { $lt: before }) },
            deletedFor: { $ne: toObjectId(actor.userId) },
          })
          .sort({ seq: isUpwards ? 1 : -1 })
          .limit(limit + 1)
          .toArray();
      const isUpwards = after !== undefined && before === undefined;
      const isNewest = after === undefined && before === undefined;
      const kept = isNewest
        ? await recent.page(chatId, { userId: actor.userId, joinedSeq, limit })
        : undefined;
      const rows = kept ?? (await readPage());
      const messages = rows.slice(0, limit);
      const nextCursor = rows.length > limit ? (messages.at(-1)?.seq ?? null) : null;
      return { messages: isUpwards ? messages.reverse() : messages, nextCursor };
    },

    async listReplies(actor, messageId, limit) {
      const { message, roster } = await findVisibleMessage(rosters, actor.userId, messageId);
      const joinedSeq = roster.members.get(actor.userId)?.joinedSeq ?? 0;
      return MessageModel.collection
        .find<MessageRecord>({
          'replyTo.id': message._id,
          seq: { $gt: joinedSeq },
          deletedFor: { $ne: toObjectId(actor.userId) },
        })
        .sort({ seq: -1 })
        .limit(limit)
        .toArray();
    },
  };
}
