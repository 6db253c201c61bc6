import type { ChatRecord } from '../models/chat.model';
import { MembershipModel, type MembershipRecord } from '../models/membership.model';
import { MessageModel, type MessageRecord } from '../models/message.model';
import type { ObjectId } from '../models/object-id';
import { trusted } from '../models/trusted';
import type { ChatAccess } from './chat-access';

/**
 * The latest message that each member can see: after joining and not deleted for them. Normally the chat's last message, one
 * query for all; where that one is hidden, one more query for all of those.
 */
export async function lastMessagesOf(
  looks: readonly ChatAccess[],
): Promise<Map<MembershipRecord, MessageRecord>> {
  const newest = await findNewest(looks.map(({ chat }) => chat));
  const result = new Map<MembershipRecord, MessageRecord>();
  const hidden: MembershipRecord[] = [];
  for (const { chat, membership } of looks) {
    const message = newest.get(String(chat._id));
    if (!message || message.seq <= membership.joinedSeq) continue;
    if (isDeletedFor(message, membership)) hidden.push(membership);
    else result.set(membership, message);
  }
  for (const [membership, message] of await findVisible(hidden)) result.set(membership, message);
  return result;
}

function isDeletedFor(message: MessageRecord, { userId }: MembershipRecord): boolean {
  return message.deletedFor?.some((id) => id.equals(userId)) ?? false;
}

async function findNewest(chats: readonly ChatRecord[]): Promise<Map<string, MessageRecord>> {
  const ids = [...new Set(chats.map(({ lastMessageId }) => lastMessageId))].filter((id) => id !== null);
  if (ids.length === 0) return new Map();
  const messages = await MessageModel.find({ _id: trusted({ $in: ids }) }).lean();
  return new Map(messages.map((message) => [String(message.chatId), message]));
}

/** Walks each chat's log backwards to the first message that is not deleted for the member. */
async function findVisible(memberships: MembershipRecord[]): Promise<Map<MembershipRecord, MessageRecord>> {
  if (memberships.length === 0) return new Map();
  const rows = await MembershipModel.aggregate<{ _id: ObjectId; last: MessageRecord[] }>([
    { $match: { _id: { $in: memberships.map(({ _id }) => _id) } } },
    {
      $lookup: {
        from: MessageModel.collection.name,
        let: { chatId: '$chatId', userId: '$userId', joinedSeq: '$joinedSeq' },
        pipeline: [
          {
            $match: {
              $expr: {
                $and: [
                  { $eq: ['$chatId', '$$chatId'] },
                  { $gt: ['$seq', '$$joinedSeq'] },
                  { $not: [{ $in: ['$$userId', { $ifNull: ['$deletedFor', []] }] }] },
                ],
              },
            },
          },
          { $sort: { seq: -1 } },
          { $limit: 1 },
        ],
        as: 'last',
      },
    },
    { $project: { last: 1 } },
  ]);
  const byId = new Map(rows.map(({ _id, last }) => [String(_id), last[0]]));
  const found = new Map<MembershipRecord, MessageRecord>();
  for (const membership of memberships) {
    const message = byId.get(String(membership._id));
    if (message) found.set(membership, message);
  }
  return found;
}
