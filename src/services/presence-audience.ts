/**
 * Who may know of whom that they come, go or type. When a node's clients come back all at once everybody's audience is asked for at the
 * same time, so everything here is read for many people together.
 */
import { ContactModel } from '../models/contact.model';
import { gatherReads } from '../models/gathered-reads';
import { toObjectId } from '../models/object-id';
import { trusted } from '../models/trusted';
import { DEFAULT_PRIVACY } from '../models/user.model';
import { isBlocked, mayType, STRANGERS } from '../policies/contact.policy';
import { placesOf } from './chat-places';
import { readPrivacies, type Side, standingOf, toRelation } from './relation.service';
import type { RosterService } from './roster.service';

/** Such as whether somebody is connected here. */
type Among = (userId: string) => boolean;

export interface PresenceAudience {
  /** Those who may know of this user's presence: contacts and chat partners, by privacy and blocks; and the rest of them, who may not. */
  audienceOf(userId: string, among: Among): Promise<{ mayKnow: string[]; mayNot: string[] }>;
  /** Of these users those who may see this one type: a block ends that in groups too. */
  typingAudienceOf(userId: string, userIds: string[]): Promise<string[]>;
}

export function createPresenceAudience({ rosters }: { rosters: RosterService }): PresenceAudience {
  async function partnersOf(userId: string): Promise<string[]> {
    const places = await placesOf(userId);
    const chats = await Promise.all(places.map(({ chatId }) => rosters.get(String(chatId))));
    return chats.flatMap((roster) => roster?.memberIds ?? []);
  }

  async function near(userId: string, among: Among): Promise<{ ids: string[]; ties: Ties }> {
    const [partners, found] = await Promise.all([partnersOf(userId), readTies([userId])]);
    const ties = found.get(userId) ?? NO_TIES;
    // Who only asked to be a contact, or was blocked or removed, is none.
    const contacts = [...ties].filter(([, { mine, theirs }]) => isAccepted(mine) || isAccepted(theirs));
    const ids = new Set([...partners, ...contacts.map(([id]) => id)].filter(among));
    ids.delete(userId);
    return { ids: [...ids], ties };
  }

  return {
    async audienceOf(userId, among) {
      const { ids, ties } = await near(userId, among);
      if (ids.length === 0) return { mayKnow: [], mayNot: [] };
      const audience = (await readPrivacies([userId])).get(userId)?.online ?? DEFAULT_PRIVACY.online;
      const may = (id: string) => {
        const relation = toRelation(ties.get(id)?.mine, ties.get(id)?.theirs);
        if (isBlocked(relation) || audience === 'nobody') return false;
        return audience === 'everyone' || relation.isMyContact;
      };
      return { mayKnow: ids.filter(may), mayNot: ids.filter((id) => !may(id)) };
    },

    async typingAudienceOf(userId, userIds) {
      const relations = await standingOf(userId, userIds);
      return userIds.filter((id) => mayType(relations.get(id) ?? STRANGERS));
    },
  };
}

/** Both sides of what a user and others hold about each other, by the others' ids. */
type Ties = Map<string, { mine?: Side; theirs?: Side }>;
const NO_TIES: Ties = new Map();

/** People have hundreds of contacts each. */
const PEOPLE_AT_ONCE = 25;

const readTies = gatherReads<Ties>(
  async (userIds) => {
    const ids = trusted({ $in: userIds.map(toObjectId) });
    const sides = await ContactModel.find(
      { $or: [{ ownerId: ids }, { userId: ids }] },
      { ownerId: 1, userId: 1, status: 1, isBlocked: 1 },
    ).lean();
    const tiesOf = new Map<string, Ties>(userIds.map((id) => [id, new Map()]));
    for (const side of sides) {
      const [ownerId, userId] = [String(side.ownerId), String(side.userId)];
      const [owners, users] = [tiesOf.get(ownerId), tiesOf.get(userId)];
      owners?.set(userId, { ...owners.get(userId), mine: side });
      users?.set(ownerId, { ...users.get(ownerId), theirs: side });
    }
    return tiesOf;
  },
  { keysAtMost: PEOPLE_AT_ONCE },
);

function isAccepted(side: Side | undefined): boolean {
  return side?.status === 'accepted';
}
