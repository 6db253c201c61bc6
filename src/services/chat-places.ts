import { MembershipModel } from '../models/membership.model';
import type { Cache } from '../providers/cache/cache.port';
import { CHAT_LISTS, placesTag, readThrough } from './cached';

/** The ids of the chats somebody is in; what they may see there their place itself tells. */
export function chatIdsOf(cache: Cache, userId: string): Promise<string[]> {
  return readThrough(cache, CHAT_LISTS, { id: userId, tag: placesTag(userId) }, async () => {
    const places = await MembershipModel.find({ userId, leftAt: null }, { chatId: 1 }).lean();
    return places.map(({ chatId }) => String(chatId));
  });
}
