import { MAX_FEED_STORIES } from '../config/limits';
import { invalidField } from '../errors/app-error';
import { decodeCursor, encodeCursor } from '../helpers/cursor';
import { ContactModel } from '../models/contact.model';
import { type ObjectId, toObjectId } from '../models/object-id';
import { StoryModel, type StoryRecord } from '../models/story.model';
import { trusted } from '../models/trusted';
import { UserModel, type UserRecord } from '../models/user.model';
import type { RelationFacts } from '../policies/contact.policy';
import { maySeeStory } from '../policies/story.policy';
import type { Clock } from '../types/clock';
import { relationsOf } from './relation.service';
import { describeStories, type StoryEntry, viewedAmong } from './story-entries';

/** What one person shows, the oldest first. */
export interface FeedEntry {
  user: UserRecord;
  relation: RelationFacts;
  stories: StoryEntry[];
  allViewed: boolean;
}

export interface FeedPage {
  feed: FeedEntry[];
  nextCursor: string | null;
}

/** A story as far as the order of a feed needs it. */
interface Candidate extends Pick<StoryRecord, '_id' | 'ownerId' | 'audience' | 'createdAt'> {
  isNamed: boolean;
}

/** A person in the feed: where they stand in it, and by which stories. */
interface Place {
  ownerId: string;
  /** 0 with something new, 1 oneself, 2 with nothing new. */
  part: number;
  newestMs: number;
  storyIds: ObjectId[];
}

/**
 * What the viewer's contacts show them now, and what they show themselves (contract section 7): by person, those with something new
 * first, then oneself, then the others, each part by its newest story. Who looks at stories between two pages may meet a person twice.
 */
export async function readFeed(
  viewerId: string,
  { limit, cursor }: { limit: number; cursor?: string },
  clock: Clock,
): Promise<FeedPage> {
  const candidates = await findCandidates(viewerId, await contactsOf(viewerId), clock.now());
  const ownerIds = [...new Set(candidates.map(({ ownerId }) => String(ownerId)))];
  const relations = await relationsOf(viewerId, ownerIds);
  const visible = candidates.filter((story) => isVisible(viewerId, story, relations));
  const seen = await viewedAmong(
    viewerId,
    visible.map(({ _id }) => _id),
  );
  const after = cursor === undefined ? undefined : decodePlace(cursor);
  const places = placesOf(viewerId, visible, seen).filter(
    (place) => !after || comparePlaces(place, after) > 0,
  );
  const page = places.slice(0, limit);
  const last = places.length > limit ? page.at(-1) : undefined;
  return {
    feed: await entriesOf(viewerId, page, relations),
    nextCursor: last ? encodeCursor([last.part, last.newestMs, last.ownerId]) : null,
  };
}

async function contactsOf(viewerId: string): Promise<ObjectId[]> {
  const sides = await ContactModel.find(
    { ownerId: viewerId, status: 'accepted', isBlocked: false },
    { userId: 1 },
  ).lean();
  return sides.map(({ userId }) => userId);
}

async function findCandidates(viewerId: string, contactIds: ObjectId[], now: Date): Promise<Candidate[]> {
  const me = toObjectId(viewerId);
  return StoryModel.collection
    .aggregate<Candidate>([
      { $match: { ownerId: { $in: [me, ...contactIds] }, expiresAt: { $gt: now } } },
      { $sort: { expiresAt: -1 } },
      { $limit: MAX_FEED_STORIES },
      { $project: { ownerId: 1, audience: 1, createdAt: 1, isNamed: { $in: [me, '$namedIds'] } } },
    ])
    .toArray();
}

function isVisible(
  viewerId: string,
  story: Candidate,
  relations: ReadonlyMap<string, RelationFacts>,
): boolean {
  const ownerId = String(story.ownerId);
  const relation = relations.get(ownerId);
  return relation !== undefined && maySeeStory(viewerId, { ...story, ownerId }, relation);
}

/** The candidates come newest first, so the first of a person is their newest. */
function placesOf(viewerId: string, stories: readonly Candidate[], seen: ReadonlySet<string>): Place[] {
  const places = new Map<string, Place>();
  for (const { _id, ownerId, createdAt } of stories) {
    const id = String(ownerId);
    const place = places.get(id) ?? {
      ownerId: id,
      part: id === viewerId ? 1 : 2,
      newestMs: createdAt.getTime(),
      storyIds: [],
    };
    if (place.part === 2 && !seen.has(String(_id))) place.part = 0;
    place.storyIds.push(_id);
    places.set(id, place);
  }
  return [...places.values()].sort(comparePlaces);
}

type Rank = Pick<Place, 'part' | 'newestMs' | 'ownerId'>;

function comparePlaces(a: Rank, b: Rank): number {
  if (a.part !== b.part) return a.part - b.part;
  if (a.newestMs !== b.newestMs) return b.newestMs - a.newestMs;
  return a.ownerId < b.ownerId ? -1 : Number(a.ownerId > b.ownerId);
}

function decodePlace(cursor: string): Rank {
  const [part, newestMs, ownerId] = decodeCursor(cursor, 3);
  if (typeof part === 'number' && typeof newestMs === 'number' && typeof ownerId === 'string')
    return { part, newestMs, ownerId };
  throw invalidField('cursor', 'must be a cursor from an earlier answer');
}

async function entriesOf(
  viewerId: string,
  places: readonly Place[],
  relations: ReadonlyMap<string, RelationFacts>,
): Promise<FeedEntry[]> {
  const storyIds = places.flatMap((place) => place.storyIds);
  const [users, stories] = await Promise.all([
    UserModel.find({ _id: trusted({ $in: places.map(({ ownerId }) => ownerId) }), deletedAt: null }).lean(),
    StoryModel.find({ _id: trusted({ $in: storyIds }) }, { namedIds: 0 }).lean(),
  ]);
  const described = await describeStories(
    viewerId,
    stories.map((story) => ({ ...story, namedIds: [] })),
  );
  const byId = new Map(described.map((entry) => [String(entry.story._id), entry]));
  const usersById = new Map(users.map((user) => [String(user._id), user]));
  return places.flatMap(({ ownerId, storyIds: newestFirst }) => {
    const user = usersById.get(ownerId);
    const relation = relations.get(ownerId);
    const own = newestFirst.flatMap((id) => byId.get(String(id)) ?? []).reverse();
    if (!user || !relation || own.length === 0) return [];
    return [{ user, relation, stories: own, allViewed: own.every(({ isViewed }) => isViewed) }];
  });
}
