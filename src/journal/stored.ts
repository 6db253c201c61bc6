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

async function find({ ids, keys }: Wanted): Promise<LogRow[]> {
  const [byId, byKey] = await Promise.all([
    ids.length > 0 ? MessageModel.collection.find<LogRow>({ _id: { $in: ids } }).toArray() : [],
    keys.length > 0 ? MessageModel.collection.find<LogRow>({ $or: keys }).toArray() : [],
  ]);
  const found = [...byId, ...byKey];
  return found.length === 0 || (await isCommitted(found)) ? found : waitForMajority(found);
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
async function waitForMajority(found: LogRow[]): Promise<LogRow[]> {
  await MessageModel.collection.findOne(
    { _id: found[0]?._id },
    { readConcern: 'linearizable', maxTimeMS: 5000 },
  );
  return found;
}
