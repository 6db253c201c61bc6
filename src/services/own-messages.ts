import { toObjectId } from '../models/object-id';

/** The index that `ownSince` goes by. */
export const OWN_MESSAGES_INDEX = 'senderId_1_createdAt_1';

/** One's own messages since a time: the log without its markers and without what the server said in one's name. */
export function ownSince(userId: string, since: Date) {
  return {
    senderId: toObjectId(userId),
    createdAt: { $gte: since },
    content: { $exists: true },
    'content.type': { $ne: 'system' },
  };
}
