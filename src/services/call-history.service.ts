import { decodeIdCursor, encodeIdCursor } from '../helpers/id-cursor';
import { CallModel, type CallRecord } from '../models/call.model';
import { toObjectId } from '../models/object-id';
import { trusted } from '../models/trusted';

export interface CallPage {
  limit: number;
  cursor?: string;
  /** Only the calls this user missed. */
  status?: 'missed';
}

/**
 * The calls a user had part in, live and missed ones included, the newest first.
 * @throws validation_failed for a cursor that is none of ours.
 */
export async function listCalls(
  userId: string,
  { limit, cursor, status }: CallPage,
): Promise<{ calls: CallRecord[]; nextCursor: string | null }> {
  const own = toObjectId(userId);
  const calls = await CallModel.find({
    ...(status === undefined
      ? { 'participants.userId': own }
      : { participants: trusted({ $elemMatch: { userId: own, state: status } }) }),
    ...(cursor !== undefined && { _id: trusted({ $lt: toObjectId(decodeIdCursor(cursor)) }) }),
  })
    .sort({ _id: -1 })
    .limit(limit + 1)
    .lean();
  const page = calls.slice(0, limit);
  return { calls: page, nextCursor: calls.length > limit ? encodeIdCursor(page.at(-1)?._id) : null };
}
