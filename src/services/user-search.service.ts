import { invalidField } from '../errors/app-error';
import { fold, gramsOfQuery } from '../helpers/grams';
import { decodeIdCursor, encodeIdCursor } from '../helpers/id-cursor';
import { asE164 } from '../helpers/phone-query';
import { trusted } from '../models/trusted';
import { UserModel, type UserRecord } from '../models/user.model';
import { mayBeFound, mayBeFoundForContact, type RelationFacts } from '../policies/contact.policy';
import type { Cache } from '../providers/cache/cache.port';
import { PEOPLE_TAG, SEARCHES } from './cached';
import { relationsOf } from './relation.service';

export interface FoundUser {
  user: UserRecord;
  relation: RelationFacts;
}

export interface SearchPage {
  users: FoundUser[];
  nextCursor: string | null;
}

export interface UserSearchService {
  /**
   * People by a part of their name or username, or by their exact verified phone number, which comes first. Leaves out
   * the viewer, deleted accounts, who does not want to be found, and who is blocked either way.
   * @throws validation_failed when `q` is empty or too short to mean something.
   */
  search(viewerId: string, q: string, page: { limit: number; cursor?: string }): Promise<SearchPage>;
  /** The same with those whom the viewer has blocked: the search for contacts shows them as such. */
  searchForContacts(
    viewerId: string,
    q: string,
    page: { limit: number; cursor?: string },
  ): Promise<SearchPage>;
}

/** Who searches, and whom they may be shown. */
interface Viewer {
  id: string;
  maySee(facts: RelationFacts): boolean;
  cache: Cache;
}

/** How many candidates one read takes, and how many reads one request may cost before the rest is left to the next page. */
const BATCH_SIZE = 200;
const MAX_BATCHES = 10;
/** One of these characters says as much as a syllable or a word does elsewhere. */
const WORD_LIKE = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u;

export function createUserSearchService({ cache }: { cache: Cache }): UserSearchService {
  return {
    search: (id, q, page) => search({ id, maySee: mayBeFound, cache }, q, page),
    searchForContacts: (id, q, page) => search({ id, maySee: mayBeFoundForContact, cache }, q, page),
  };
}

async function search(
  viewer: Viewer,
  q: string,
  { limit, cursor }: { limit: number; cursor?: string },
): Promise<SearchPage> {
  const wanted = fold(q);
  assertSearchable(wanted);
  const owner = await findByPhone(viewer, q);
  const after = cursor === undefined ? undefined : decodeIdCursor(cursor);
  const first = owner && after === undefined ? [owner] : [];
  const { users, nextCursor } = await scan(viewer, wanted, {
    after,
    limit: limit - first.length,
    without: owner && String(owner.user._id),
  });
  return { users: [...first, ...users], nextCursor };
}

function assertSearchable(wanted: string): void {
  if (Array.from(wanted).length >= 2 || WORD_LIKE.test(wanted)) return;
  throw invalidField('q', 'must have at least 2 characters, or one of a script such as Chinese');
}

async function findByPhone(viewer: Viewer, q: string): Promise<FoundUser | undefined> {
  const phoneNumber = asE164(q);
  if (phoneNumber === undefined) return undefined;
  const user = await UserModel.findOne({ phoneNumber, phoneVerified: true, deletedAt: null }).lean();
  return user ? (await keepFindable(viewer, [user]))[0] : undefined;
}

async function keepFindable(viewer: Viewer, users: UserRecord[]): Promise<FoundUser[]> {
  const others = users.filter((user) => String(user._id) !== viewer.id);
  const relations = await relationsOf(
    viewer.id,
    others.map((user) => String(user._id)),
  );
  return others.flatMap((user) => {
    const relation = relations.get(String(user._id));
    return relation && viewer.maySee(relation) ? [{ user, relation }] : [];
  });
}

/** Walks the candidates in the order of their ids until the page is full or there are no more. */
async function scan(
  viewer: Viewer,
  wanted: string,
  { after, limit, without }: { after?: string; limit: number; without?: string },
): Promise<SearchPage> {
  const users: FoundUser[] = [];
  let position = after;
  for (let batch = 0; batch < MAX_BATCHES; batch += 1) {
    const { ids, users: candidates } = await readCandidates(viewer.cache, wanted, position);
    const matches = candidates.filter((user) => String(user._id) !== without && isMatch(user, wanted));
    users.push(...(await keepFindable(viewer, matches)));
    if (users.length > limit) return cutPage(users, limit, position);
    if (ids.length < BATCH_SIZE) return { users, nextCursor: null };
    position = ids.at(-1);
  }
  return { users, nextCursor: position ? encodeIdCursor(position) : null };
}

function cutPage(users: FoundUser[], limit: number, before: string | undefined): SearchPage {
  const page = users.slice(0, limit);
  const last = page.at(-1)?.user._id ?? before;
  // Without a last entry (a phone hit filled a page of one) the next page starts where this one would have.
  return { users: page, nextCursor: encodeIdCursor(last ?? '0'.repeat(24)) };
}

interface Candidates {
  /** Of all whose names have the pieces, those without who is gone or hides by now. */
  users: UserRecord[];
  /** All of them, in the order of the search. */
  ids: string[];
}

/** Which people have the pieces in their names is kept for texts that were searched lately; the people themselves are read each time. */
async function readCandidates(cache: Cache, wanted: string, after: string | undefined): Promise<Candidates> {
  const key = { id: `${after ?? ''}:${wanted}`, tag: PEOPLE_TAG };
  const [looked] = await cache.look<string[]>(SEARCHES, [key]);
  if (looked?.value !== undefined) {
    const ids = looked.value;
    if (ids.length === 0) return { ids, users: [] };
    const users = await UserModel.find({ _id: trusted({ $in: ids }), ...FINDABLE })
      .sort({ _id: 1 })
      .lean();
    return { ids, users };
  }
  const users = await scanNames(wanted, after);
  const ids = users.map(({ _id }) => String(_id));
  looked?.keep(ids);
  return { ids, users };
}

const FINDABLE = { deletedAt: null, 'privacy.discoverable': true } as const;

function scanNames(wanted: string, after: string | undefined): Promise<UserRecord[]> {
  return UserModel.find({
    searchGrams: trusted({ $all: gramsOfQuery(wanted) }),
    ...FINDABLE,
    ...(after !== undefined && { _id: trusted({ $gt: after }) }),
  })
    .sort({ _id: 1 })
    .limit(BATCH_SIZE)
    .lean();
}

/** The pieces only say that it may be so; the whole text decides. */
function isMatch(user: UserRecord, wanted: string): boolean {
  return fold(user.name).includes(wanted) || (user.username ?? '').includes(wanted);
}
