import { PAGE_DEFAULT } from '../config/limits';
import { MessageModel, type MessageRecord } from '../models/message.model';
import { toObjectId } from '../models/object-id';
import type { Cache } from '../providers/cache/cache.port';
import { messagesTag, RECENT_MESSAGES } from './cached';

/** One more than a page has, to tell whether there is another. */
const KEPT = PAGE_DEFAULT + 1;

/** The newest messages of a chat, the newest first and without a gap; fewer than `KEPT` are all there are. */
type Rows = readonly MessageRecord[];

interface Reader {
  userId: string;
  joinedSeq: number;
  limit: number;
}

export interface RecentPages {
  /**
   * The newest messages that a member sees, one more than `limit` where there are more; undefined where what is kept is not enough to
   * tell.
   */
  page(chatId: string, reader: Reader): Promise<MessageRecord[] | undefined>;
}

/**
 * Keeps the newest messages of chats. What was written since, on whichever node, is read from the log each time, one index entry each; so
 * sending drops nothing here. Only what changes a message that is there already does.
 */
export function createRecentPages(cache: Cache): RecentPages {
  async function newest(chatId: string): Promise<Rows> {
    const [looked] = await cache.look<Rows>(RECENT_MESSAGES, [{ id: chatId, tag: messagesTag(chatId) }]);
    const known = looked?.value;
    const top = known?.[0]?.seq;
    const newer = await readAbove(chatId, top ?? 0);
    if (known !== undefined && newer.length === 0) return known;
    const rows = [...newer, ...(newer.length < KEPT ? (known ?? []) : [])].slice(0, KEPT);
    if (isWithoutGap(rows)) looked?.keep(rows);
    return rows;
  }

  return {
    async page(chatId, { userId, joinedSeq, limit }) {
      if (limit > PAGE_DEFAULT) return undefined;
      const rows = await newest(chatId);
      const seen = rows.filter(
        ({ seq, deletedFor }) => seq > joinedSeq && !deletedFor?.some((id) => String(id) === userId),
      );
      const oldest = rows.at(-1)?.seq ?? 0;
      const isAll = rows.length < KEPT || oldest <= joinedSeq + 1;
      return seen.length > limit || isAll ? seen.slice(0, limit + 1) : undefined;
    },
  };
}

function isWithoutGap(rows: Rows): boolean {
  const [newest, oldest] = [rows[0]?.seq ?? 0, rows.at(-1)?.seq ?? 0];
  return rows.length > 0 && newest - oldest === rows.length - 1;
}

function readAbove(chatId: string, seq: number): Promise<MessageRecord[]> {
  return MessageModel.collection
    .find<MessageRecord>({ chatId: toObjectId(chatId), seq: { $gt: seq } })
    .sort({ seq: -1 })
    .limit(KEPT)
    .toArray();
}
