import type { Types } from 'mongoose';
import { answerWithin } from '../models/answer-within';
import { MessageModel } from '../models/message.model';
import type { LogRow } from './lane';

/** Longer than the linearizable read below takes at most. */
const ANSWER_WITHIN_MS = 8000;

/**
 * Finds rows that may have been stored earlier, by id or by idempotency key, and makes sure before it answers that what
 * it found cannot be rolled back any more.
 */
export function findStored(wanted: Wanted): Promise<LogRow[]> {
  return answerWithin(ANSWER_WITHIN_MS, find(wanted));
}

interface Wanted {
  ids: Types.ObjectId[];
  keys: Array<{ senderId: Types.ObjectId; tempId: string }>;
}

async function find(wanted: Wanted): Promise<LogRow[]> {
  const found = await read(wanted, 'local');
  if (found.length === 0 || (await isCommitted(found))) return found;
  await waitForMajority(found);
  // Another primary may have answered the wait, one that never had them.
  return read(wanted, 'majority');
}

async function read({ ids, keys }: Wanted, readConcern: 'local' | 'majority'): Promise<LogRow[]> {
  const log = MessageModel.collection;
  const [byId, byKey] = await Promise.all([
    ids.length > 0 ? log.find<LogRow>({ _id: { $in: ids } }, { readConcern }).toArray() : [],
    keys.length > 0 ? log.find<LogRow>({ $or: keys }, { readConcern }).toArray() : [],
  ]);
  return [...byId, ...byKey];
}

/** True when a majority has all these rows, as it has whatever was acknowledged before. */
async function isCommitted(found: LogRow[]): Promise<boolean> {
  const committed = await MessageModel.collection
    .find<Pick<LogRow, '_id'>>(
      { _id: { $in: found.map((row) => row._id) } },
      { projection: { _id: 1 }, readConcern: 'majority' },
    )
    .toArray();
  const ids = new Set(committed.map((row) => String(row._id)));
  return found.every((row) => ids.has(String(row._id)));
}

/** A linearizable read waits for the majority; up to 100 ms, in which nobody's messages are written. */
async function waitForMajority(found: LogRow[]): Promise<void> {
  await MessageModel.collection.findOne(
    { _id: found[0]?._id },
    { readConcern: 'linearizable', maxTimeMS: 5000 },
  );
}
