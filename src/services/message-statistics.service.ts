/**
 * What became of one's own messages, derived from the log and the watermarks each time: nothing is counted twice and nothing is
 * kept. Each question costs one walk over one's own messages of the period, and a search by halves in each chat for what came in.
 */
import { unavailable } from '../errors/app-error';
import { isOutOfTime } from '../errors/from-mongo';
import { firstOfDays } from '../helpers/days';
import type { Journal } from '../journal/journal.types';
import { MembershipModel } from '../models/membership.model';
import { MessageModel } from '../models/message.model';
import { toObjectId } from '../models/object-id';
import type { Clock } from '../types/clock';
import { OWN_MESSAGES_INDEX, ownSince } from './own-messages';
import type { Floor, ReceiptService } from './receipt.service';
import { receivedSince } from './received-count';

export interface MessageStatistics {
  since: Date;
  sent: number;
  /** Of them: held by everybody else in their chat, and read by everybody else. */
  delivered: number;
  read: number;
  /** What others said in the chats one is in. */
  received: number;
  /** `deleted` are those whose content is gone for everyone. */
  byType: Map<string, number>;
  /** By date, where there was something. */
  sentByDate: Map<string, number>;
}

/** A question must not keep the database from its work. */
const MAX_TIME_MS = 5000;

interface Group {
  _id: { chatId: unknown; type: string; date: string };
  count: number;
  maxSeq: number;
}

export function createMessageStatistics(deps: {
  clock: Clock;
  journal: Pick<Journal, 'settle'>;
  statusFloors: ReceiptService['statusFloors'];
}): (userId: string, days: number) => Promise<MessageStatistics> {
  const { clock, journal, statusFloors } = deps;
  return async (userId, days) => {
    const since = firstOfDays(clock.now(), days);
    try {
      const groups = await groupOwn(userId, since);
      const sent = totals(groups, ({ _id }) => String(_id.chatId));
      const floors = await statusFloors([...sent.keys()]);
      const memberships = await MembershipModel.find(
        { userId, leftAt: null },
        { chatId: 1, joinedSeq: 1 },
      ).lean();
      await journal.settle(memberships.map(({ chatId }) => String(chatId)));
      return {
        since,
        ...(await countReached(userId, since, groups, floors)),
        received: await receivedSince(userId, since, { memberships, sent }),
        byType: totals(groups, ({ _id }) => _id.type),
        sentByDate: totals(groups, ({ _id }) => _id.date),
      };
    } catch (error) {
      if (isOutOfTime(error))
        throw unavailable('There are too many messages to count; ask for fewer days', 60, error);
      throw error;
    }
  };
}

function groupOwn(userId: string, since: Date): Promise<Group[]> {
  const date = { $dateToString: { date: '$createdAt', format: '%Y-%m-%d' } };
  const _id = { chatId: '$chatId', type: { $ifNull: ['$content.type', 'deleted'] }, date };
  return MessageModel.collection
    .aggregate<Group>(
      [
        { $match: ownSince(userId, since) },
        { $group: { _id, count: { $sum: 1 }, maxSeq: { $max: '$seq' } } },
      ],
      { maxTimeMS: MAX_TIME_MS, hint: OWN_MESSAGES_INDEX },
    )
    .toArray();
}

function totals(groups: Group[], keyOf: (group: Group) => string): Map<string, number> {
  const sums = new Map<string, number>();
  for (const group of groups) sums.set(keyOf(group), (sums.get(keyOf(group)) ?? 0) + group.count);
  return sums;
}

/** Most chats are read to the end; only in the others the messages above a watermark are looked at one by one. */
async function countReached(
  userId: string,
  since: Date,
  groups: Group[],
  floors: ReadonlyMap<string, Floor>,
): Promise<{ sent: number; delivered: number; read: number }> {
  const sent = groups.reduce((sum, { count }) => sum + count, 0);
  const behind = new Set(
    groups
      .filter(({ _id, maxSeq }) => maxSeq > reachOf(floors, String(_id.chatId), userId).read)
      .map(({ _id }) => String(_id.chatId)),
  );
  let [undelivered, unread] = [0, 0];
  if (behind.size > 0) {
    const open = MessageModel.collection.find<{ chatId: unknown; seq: number }>(
      { ...ownSince(userId, since), chatId: { $in: [...behind].map(toObjectId) } },
      { projection: { _id: 0, chatId: 1, seq: 1 }, maxTimeMS: MAX_TIME_MS, hint: OWN_MESSAGES_INDEX },
    );
    for await (const { chatId, seq } of open) {
      const reach = reachOf(floors, String(chatId), userId);
      if (seq > reach.delivered) undelivered += 1;
      if (seq > reach.read) unread += 1;
    }
  }
  return { sent, delivered: sent - undelivered, read: sent - unread };
}

/** Up to where the others have one's messages; who reads has got them. Nobody has, in a chat without others. */
function reachOf(
  floors: ReadonlyMap<string, Floor>,
  chatId: string,
  userId: string,
): { delivered: number; read: number } {
  const floor = floors.get(chatId);
  if (!floor) return { delivered: 0, read: 0 };
  const read = floor.lowestReaderId === userId ? floor.nextRead : floor.read;
  return { delivered: Math.max(floor.delivered, read), read };
}
