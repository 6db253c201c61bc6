import { decodeRankCursor, encodeRankCursor } from '../helpers/rank-cursor';
import { MessageModel, type MessageRecord } from '../models/message.model';
import { toObjectId } from '../models/object-id';
import { StarModel } from '../models/star.model';
import { trusted } from '../models/trusted';
import { assertAlive } from '../policies/message.policy';
import type { Actor } from '../types/actor';
import type { Clock } from '../types/clock';
import { factsOf, findVisibleMessage } from './message-access';
import type { RosterService } from './roster.service';

export interface StarService {
  /** Stars a message for the actor alone; twice is no error. @throws not_found, validation_failed */
  star(actor: Actor, messageId: string): Promise<void>;
  unstar(actor: Actor, messageId: string): Promise<void>;
  /** The starred messages one may still see, the latest star first. */
  listStarred(
    actor: Actor,
    page: { limit: number; cursor?: string },
  ): Promise<{ messages: MessageRecord[]; nextCursor: string | null }>;
}

export function createStarService(deps: {
  rosters: RosterService;
  clock: Clock;
  recordChange: (userId: string, key: string, value: unknown) => Promise<unknown>;
}): StarService {
  const { rosters, clock, recordChange } = deps;

  async function visible(actor: Actor, message: MessageRecord): Promise<boolean> {
    const roster = await rosters.get(String(message.chatId));
    const member = roster?.members.get(actor.userId);
    const isExpired = message.expiresAt != null && message.expiresAt <= clock.now();
    return (
      !isExpired &&
      member !== undefined &&
      message.seq > member.joinedSeq &&
      !factsOf(message).deletedFor.includes(actor.userId)
    );
  }

  return {
    async star(actor, messageId) {
      const { message } = await findVisibleMessage(rosters, actor.userId, messageId);
      assertAlive(factsOf(message));
      const key = { userId: toObjectId(actor.userId), messageId: message._id };
      await StarModel.updateOne(
        key,
        { $setOnInsert: { ...key, chatId: message.chatId, starredAt: clock.now() } },
        { upsert: true },
      );
      await recordChange(actor.userId, `star:${messageId}`, true);
    },

    async unstar(actor, messageId) {
      const { deletedCount } = await StarModel.deleteOne({
        userId: toObjectId(actor.userId),
        messageId: toObjectId(messageId),
      });
      if (deletedCount > 0) await recordChange(actor.userId, `star:${messageId}`, false);
      else await findVisibleMessage(rosters, actor.userId, messageId);
    },

    async listStarred(actor, { limit, cursor }) {
      const stars = await StarModel.find({
        userId: toObjectId(actor.userId),
        ...(cursor && olderThan(cursor)),
      })
        .sort({ starredAt: -1, _id: -1 })
        .limit(limit + 1)
        .lean();
      const page = stars.slice(0, limit);
      const found = await MessageModel.find({
        _id: trusted({ $in: page.map((star) => star.messageId) }),
      }).lean();
      const byId = new Map(found.map((message) => [String(message._id), message]));
      const messages: MessageRecord[] = [];
      for (const star of page) {
        const message = byId.get(String(star.messageId));
        if (message && message.content !== null && (await visible(actor, message))) messages.push(message);
      }
      const last = page.at(-1);
      const hasMore = stars.length > limit && last !== undefined;
      return {
        messages,
        nextCursor: hasMore
          ? encodeRankCursor({ rank: last.starredAt.getTime(), id: String(last._id) })
          : null,
      };
    },
  };
}

function olderThan(cursor: string) {
  const { rank, id } = decodeRankCursor(cursor);
  const at = new Date(rank);
  return {
    $or: [{ starredAt: trusted({ $lt: at }) }, { starredAt: at, _id: trusted({ $lt: toObjectId(id) }) }],
  };
}
