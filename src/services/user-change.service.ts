/**
 * The user's own feed (contract section 4, `states`): the latest value per key, each change with the user's next `rev`.
 * The unique index (userId, rev) keeps the numbers: who finds one taken reads the last again and takes the next, so
 * that a number is only ever given out after its predecessor was written. On this node a user's records queue up.
 */
import { unavailable } from '../errors/app-error';
import { isDuplicateKey } from '../errors/from-mongo';
import { createKeyedQueue } from '../helpers/keyed-queue';
import { gatherReads } from '../models/gathered-reads';
import { toObjectId } from '../models/object-id';
import { trusted } from '../models/trusted';
import { UserChangeModel } from '../models/user-change.model';

/** Collisions can only come from other nodes, one for each change of the same user there. */
const MAX_ATTEMPTS = 50;
const PAGE_MAX = 1000;

export interface UserState {
  key: string;
  value: unknown;
  userRev: number;
}

export interface UserChanges {
  states: UserState[];
  /** The `rev` to ask from next time. */
  userRev: number;
  isComplete: boolean;
}

export interface UserChangeService {
  /** Stores the latest value under a key such as `star:<messageId>` and resolves to the change's `rev`. */
  record(userId: string, key: string, value: unknown): Promise<number>;
  /** What changed after `rev`, each key once in its latest form, in order; at most `limit` (1,000) of them. */
  since(userId: string, rev: number, limit?: number): Promise<UserChanges>;
}

export function createUserChangeService(): UserChangeService {
  const inTurn = createKeyedQueue();
  return {
    record: (userId, key, value) => inTurn(userId, () => write(userId, key, value)),
    since: readSince,
  };
}

async function write(userId: string, key: string, value: unknown): Promise<number> {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const rev = (await lastRev(userId)) + 1;
    try {
      await UserChangeModel.updateOne(
        // Two nodes may take the same number for the same key; only `$lt` lets the second one see it.
        { userId, key, rev: trusted({ $lt: rev }) },
        { $set: { value, rev, changedAt: new Date() } },
        { upsert: true },
      );
      return rev;
    } catch (error) {
      if (!isDuplicateKey(error)) throw error;
    }
  }
  throw unavailable('Too many changes of one account at once');
}

async function lastRev(userId: string): Promise<number> {
  const last = await UserChangeModel.findOne({ userId }, { rev: 1 }).sort({ rev: -1 }).lean();
  return last?.rev ?? 0;
}

/** Most who come back have missed nothing, so that is asked first, for many at once. */
const readLastRevs = gatherReads<number>(async (userIds) => {
  const last = await UserChangeModel.aggregate<{ _id: unknown; rev: number }>([
    { $match: { userId: { $in: userIds.map(toObjectId) } } },
    { $sort: { userId: -1, rev: -1 } },
    { $group: { _id: '$userId', rev: { $first: '$rev' } } },
  ]);
  return new Map(last.map(({ _id, rev }) => [String(_id), rev]));
});

async function readSince(userId: string, rev: number, limit = PAGE_MAX): Promise<UserChanges> {
  const last = (await readLastRevs([userId])).get(userId) ?? 0;
  // A change written since that reading must be asked for again, so an empty page never moves the caller forward.
  if (last <= rev) return { states: [], userRev: last, isComplete: true };
  const size = Math.min(limit, PAGE_MAX);
  const found = await UserChangeModel.find({ userId, rev: trusted({ $gt: rev }) })
    .sort({ rev: 1 })
    .limit(size + 1)
    .lean();
  const page = found.slice(0, size);
  const states = page.map((change) => ({ key: change.key, value: change.value, userRev: change.rev }));
  const isComplete = found.length <= size;
  return { states, userRev: states.at(-1)?.userRev ?? rev, isComplete };
}
