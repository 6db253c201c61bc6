import { createLru } from '../helpers/lru';
import { MessageModel, type MessageRecord } from '../models/message.model';
import { toObjectId } from '../models/object-id';

/** What a status event needs to know of a message. */
export interface RecentMessage {
  id: string;
  seq: number;
  senderId: string;
  isSystem: boolean;
}

export interface RecentMessages {
  add(message: MessageRecord): void;
  /** The messages of a chat with `fromSeq < seq <= toSeq`, newest first, at most 2,000. */
  between(chatId: string, fromSeq: number, toSeq: number): Promise<RecentMessage[]>;
}

const PER_CHAT = 64;
const MAX_CHATS = 10_000;
/** A watermark that moves further at once tells of the newest ones only. */
const MAX_COVERED = 2000;

/** Keeps the last messages of active chats in memory, so that the ticks of a live conversation read nothing. */
export function createRecentMessages(): RecentMessages {
  const chats = createLru<RecentMessage[]>(MAX_CHATS);

  return {
    add(message) {
      const chatId = String(message.chatId);
      const list = chats.get(chatId) ?? [];
      // A gap means that another node wrote in between: what is kept must be without holes.
      if (list.length > 0 && list.at(-1)?.seq !== message.seq - 1) list.length = 0;
      list.push(toRecent(message));
      if (list.length > 2 * PER_CHAT) list.splice(0, list.length - PER_CHAT);
      chats.set(chatId, list);
    },

    async between(chatId, fromSeq, toSeq) {
      const list = chats.get(chatId);
      const first = list?.[0]?.seq;
      const last = list?.at(-1)?.seq;
      if (list && first !== undefined && last !== undefined && first <= fromSeq + 1 && last >= toSeq) {
        return list.filter(({ seq }) => seq > fromSeq && seq <= toSeq).reverse();
      }
      return readBetween(chatId, fromSeq, toSeq);
    },
  };
}

function toRecent(message: Pick<MessageRecord, '_id' | 'seq' | 'senderId' | 'content'>): RecentMessage {
  return {
    id: String(message._id),
    seq: message.seq,
    senderId: String(message.senderId),
    isSystem: message.content?.type === 'system',
  };
}

async function readBetween(chatId: string, fromSeq: number, toSeq: number): Promise<RecentMessage[]> {
  const rows = await MessageModel.collection
    .find<MessageRecord>(
      { chatId: toObjectId(chatId), seq: { $gt: fromSeq, $lte: toSeq } },
      { projection: { seq: 1, senderId: 1, 'content.type': 1 } },
    )
    .sort({ seq: -1 })
    .limit(MAX_COVERED)
    .toArray();
  return rows.map(toRecent);
}
