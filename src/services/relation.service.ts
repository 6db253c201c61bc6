import { ContactModel, type ContactRecord } from '../models/contact.model';
import { gatherReads } from '../models/gathered-reads';
import { groupPairs, pairOf } from '../models/id-pair';
import { toObjectId } from '../models/object-id';
import { trusted } from '../models/trusted';
import { DEFAULT_PRIVACY, type Privacy, UserModel } from '../models/user.model';
import type { Relation, RelationFacts } from '../policies/contact.policy';

/**
 * How the viewer stands to each of the others, in both directions, with their privacy settings: two queries at once,
 * however many they are. Every id gets an answer; who does not exist is a stranger. To oneself one is a contact.
 */
export async function relationsOf(
  viewerId: string,
  otherIds: readonly string[],
): Promise<Map<string, RelationFacts>> {
  const ids = [...new Set(otherIds)];
  if (ids.length === 0) return new Map();
  const [{ mine, theirs }, privacies] = await Promise.all([
    readSides(viewerId, ids),
    readPrivacies(ids.map((id) => id.toLowerCase())),
  ]);
  return new Map(
    ids.map((given) => {
      // Hex digits in capitals name the same person.
      const id = given.toLowerCase();
      const relation = id === viewerId ? TO_ONESELF : toRelation(mine.get(id), theirs.get(id));
      return [given, { ...relation, otherPrivacy: privacies.get(id) ?? DEFAULT_PRIVACY }];
    }),
  );
}

/** The same without anybody's privacy: one query. */
export async function standingOf(viewerId: string, ids: readonly string[]): Promise<Map<string, Relation>> {
  const { mine, theirs } = await readSides(viewerId, [...new Set(ids)]);
  return new Map(ids.map((id) => [id, toRelation(mine.get(id), theirs.get(id))]));
}

const TO_ONESELF: Relation = {
  isBlockedByMe: false,
  hasBlockedMe: false,
  isMyContact: true,
  otherHasMeAsContact: true,
};

export type Side = Pick<ContactRecord, 'ownerId' | 'userId' | 'status' | 'isBlocked'>;

/** How the owner of `mine` stands to the owner of `theirs`. */
export function toRelation(mine: Side | null | undefined, theirs: Side | null | undefined): Relation {
  return {
    isBlockedByMe: mine?.isBlocked ?? false,
    hasBlockedMe: theirs?.isBlocked ?? false,
    isMyContact: isContact(mine),
    otherHasMeAsContact: isContact(theirs),
  };
}

function isContact(side: Side | null | undefined): boolean {
  return side?.status === 'accepted' && !side.isBlocked;
}

async function readSides(
  viewerId: string,
  ids: string[],
): Promise<{ mine: Map<string, Side>; theirs: Map<string, Side> }> {
  const keyed = ids.map((given) => ({ id: given.toLowerCase(), key: pairOf(viewerId, given) }));
  const pairs = await readPairs(keyed.map(({ key }) => key));
  const mine = new Map<string, Side>();
  const theirs = new Map<string, Side>();
  for (const { id, key } of keyed) {
    const pair = pairs.get(key);
    if (pair?.mine) mine.set(id, pair.mine);
    if (pair?.theirs) theirs.set(id, pair.theirs);
  }
  return { mine, theirs };
}

/** What the two of each pair (`pairOf`) hold about each other. */
export const readPairs = gatherReads<{ mine?: Side; theirs?: Side }>(async (keys) => {
  const branches = groupPairs(keys).flatMap(({ first, seconds }) => {
    const others = trusted({ $in: seconds });
    return [
      { ownerId: first, userId: others },
      { ownerId: others, userId: first },
    ];
  });
  const sides = await ContactModel.find({ $or: branches }, { ownerId: 1, userId: 1, status: 1, isBlocked: 1 })
    .hint({ ownerId: 1, userId: 1 })
    .lean();
  const found = new Map<string, { mine?: Side; theirs?: Side }>();
  for (const side of sides) {
    const [mine, theirs] = [pairOf(side.ownerId, side.userId), pairOf(side.userId, side.ownerId)];
    found.set(mine, { ...found.get(mine), mine: side });
    found.set(theirs, { ...found.get(theirs), theirs: side });
  }
  return found;
});

/** What users let others see. */
export const readPrivacies = gatherReads<Privacy>(async (ids) => {
  const users = await UserModel.find({ _id: trusted({ $in: ids.map(toObjectId) }) }, { privacy: 1 }).lean();
  return new Map(users.map((user) => [String(user._id), user.privacy ?? DEFAULT_PRIVACY]));
});
