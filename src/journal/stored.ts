import type { Types } from 'mongoose';
import { MessageModel } from '../models/message.model';
import type { LogRow } from './lane';

/**
 * Finds rows that may have been stored earlier, by id or by idempotency key, and makes sure before it answers that what
 * it found cannot be rolled back any more: a linearizable read waits for the majority.
 */
export async function findStored(wanted: {
  ids: Types.ObjectId[];
  keys: Array<{ senderId: Types.ObjectId; tempId: string }>;
}): Promise<LogRow[]> {
  const { ids, keys } = wanted;
  const [byId, byKey] = await Promise.all([
    ids.length > 0 ? MessageModel.collection.find<LogRow>({ _id: { $in: ids } }).toArray() : [],
    keys.length > 0 ? MessageModel.collection.find<LogRow>({ $or: keys }).toArray() : [],
  ]);
  const found = [...byId, ...byKey];
  const last = found[0];
  if (last) {
    await MessageModel.collection.findOne(
      { _id: last._id },
      { readConcern: 'linearizable', maxTimeMS: 5000 },
    );
  }
  return found;
}
