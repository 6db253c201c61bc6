import { gatherReads } from '../models/gathered-reads';
import { toObjectId } from '../models/object-id';
import { trusted } from '../models/trusted';
import { UserModel, type UserRecord } from '../models/user.model';
import { type Relation, STRANGERS } from '../policies/contact.policy';
import type { Cache } from '../providers/cache/cache.port';
import { PROFILES, profileTag, readManyThrough } from './cached';
import { standingOf } from './relation.service';

/** What a chat shows of the person it is with, and what decides whether it may. */
export type Profile = Pick<UserRecord, '_id' | 'name' | 'avatarUrl' | 'privacy' | 'deletedAt'>;

/** Whom a private chat is with, and how the viewer stands to them. */
export interface OtherPerson {
  user: Profile;
  relation: Relation;
}

const FIELDS = { name: 1, avatarUrl: 1, privacy: 1, deletedAt: 1 } as const;

/** The other person of each private chat, given its members. */
export async function otherPersonsOf(
  cache: Cache,
  viewerId: string,
  membersByChat: ReadonlyMap<string, readonly string[]>,
): Promise<Map<string, OtherPerson>> {
  const otherIdOf = (members: readonly string[]) => members.find((id) => id !== viewerId);
  const ids = [...membersByChat.values()].flatMap((members) => otherIdOf(members) ?? []);
  if (ids.length === 0) return new Map();
  const [profiles, relations] = await Promise.all([
    readManyThrough(cache, PROFILES, ids, profileTag, readProfiles),
    standingOf(viewerId, ids),
  ]);
  const persons = new Map<string, OtherPerson>();
  for (const [chatId, members] of membersByChat) {
    const id = otherIdOf(members) ?? '';
    const user = profiles.get(id);
    if (user) persons.set(chatId, { user, relation: relations.get(id) ?? STRANGERS });
  }
  return persons;
}

const readProfiles = gatherReads<Profile>(async (ids) => {
  const users = await UserModel.find({ _id: trusted({ $in: ids.map(toObjectId) }) }, FIELDS).lean();
  return new Map(users.map((user) => [String(user._id), user]));
});
