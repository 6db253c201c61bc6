import { gatherReads } from '../models/gathered-reads';
import { MembershipModel, type MembershipRecord } from '../models/membership.model';
import { toObjectId } from '../models/object-id';
import { trusted } from '../models/trusted';
import type { Cache } from '../providers/cache/cache.port';
import { CHAT_LISTS, placesTag, readThrough } from './cached';

/** People are in dozens of chats each. */
const USERS_AT_ONCE = 50;

/** The ids of the chats somebody is in; what they may see there their place itself tells. */
export function chatIdsOf(cache: Cache, userId: string): Promise<string[]> {
  return readThrough(cache, CHAT_LISTS, { id: userId, tag: placesTag(userId) }, async () => {
    const places = await MembershipModel.find({ userId, leftAt: null }, { chatId: 1 }).lean();
    return places.map(({ chatId }) => String(chatId));
  });
}

/** Somebody's places in the chats they are in, the oldest first. */
export async function placesOf(userId: string): Promise<readonly MembershipRecord[]> {
  return (await readPlaces([userId])).get(userId) ?? [];
}

const readPlaces = gatherReads<MembershipRecord[]>(
  async (userIds) => {
    const rows = await MembershipModel.find({
      userId: trusted({ $in: userIds.map(toObjectId) }),
      leftAt: null,
    }).lean();
    const placesByUser = new Map<string, MembershipRecord[]>(userIds.map((id) => [id, []]));
    for (const row of rows) placesByUser.get(String(row.userId))?.push(row);
    for (const places of placesByUser.values())
      places.sort((a, b) => (String(a._id) < String(b._id) ? -1 : 1));
    return placesByUser;
  },
  { keysAtMost: USERS_AT_ONCE },
);
