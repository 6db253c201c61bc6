/** The reads and writes of leases. Times are compared by the database's clock alone, so that nodes need not agree on theirs. */
import { answerWithin } from '../models/answer-within';
import { NodeLeaseModel, type NodeLeaseRecord } from '../models/node-lease.model';

/** A lease that is not renewed for this long has ended. */
export const LEASE_MS = 6000;
/** One taking over is given up after this long, and another node may try. */
const REAP_WITHIN_MS = 30_000;
const ANSWER_WITHIN_MS = 2500;

export type SeenLease = NodeLeaseRecord & { isOver: boolean };

const leases = () => NodeLeaseModel.collection;
// Losing a beat in a fail-over costs nothing: the next one follows.
const LIGHT = { writeConcern: { w: 1 } } as const;

/** All nodes there are, the longest serving first. */
export async function readLeases(): Promise<SeenLease[]> {
  const seen = leases()
    .aggregate<SeenLease>([
      { $match: { _id: { $gt: '' } } },
      { $set: { isOver: { $lt: ['$until', '$$NOW'] } } },
      { $sort: { startedAt: 1, _id: 1 } },
    ])
    .toArray();
  return answerWithin(ANSWER_WITHIN_MS, seen);
}

/** Writes a lease where there is none; by a majority, or a fail-over would make a node that lives unknown. @throws E11000 while one of that id exists. */
export async function insertLease(lease: Omit<NodeLeaseRecord, 'startedAt' | 'until'>): Promise<void> {
  const { _id, ...fields } = lease;
  await leases().updateOne(
    // No lease is without an end: so none is found, and the insert is what refuses a second one.
    { _id: _id as never, until: { $exists: false } },
    [{ $set: { ...literals(fields), startedAt: '$$NOW', until: leaseEnd() } }],
    { upsert: true },
  );
}

/** Renews a lease; false when another node has begun to take over, or has done so. */
export async function renewLease(
  id: string,
  { checkpoint, knows }: Pick<NodeLeaseRecord, 'checkpoint' | 'knows'>,
): Promise<boolean> {
  const renewal = leases().updateOne(
    { _id: id as never, reaper: { $exists: false } },
    [{ $set: { until: leaseEnd(), checkpoint, knows } }],
    LIGHT,
  );
  return (await answerWithin(ANSWER_WITHIN_MS, renewal)).matchedCount === 1;
}

/** Takes an ended lease for oneself; false when it was renewed meanwhile or another node has it. */
export async function claimLease(
  lease: Pick<NodeLeaseRecord, '_id' | 'startedAt'>,
  reaper: string,
  isGone: boolean,
): Promise<boolean> {
  const isOver = isGone ? true : { $lt: ['$until', '$$NOW'] };
  const isFree = { $lt: [{ $ifNull: ['$reapUntil', new Date(0)] }, '$$NOW'] };
  const isMine = { $eq: ['$reaper', reaper] };
  const { matchedCount } = await leases().updateOne(
    {
      _id: lease._id as never,
      startedAt: lease.startedAt,
      $expr: { $and: [isOver, { $or: [isFree, isMine] }] },
    },
    [{ $set: { reaper, reapUntil: { $add: ['$$NOW', REAP_WITHIN_MS] } } }],
  );
  return matchedCount === 1;
}

/** Removes a lease: one's own, or one that was taken over. */
export async function removeLease(id: string): Promise<void> {
  await leases().deleteOne({ _id: id as never });
}

function leaseEnd() {
  return { $add: ['$$NOW', LEASE_MS] };
}

/** In a pipeline a text that begins with `$` would be a path. */
function literals(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, { $literal: value }]));
}
