import { MAX_MISSED_CALL_NOTICES, MISSED_CALL_NOTICE_MS } from '../config/limits';
import { CallModel, type CallRecord } from '../models/call.model';
import { toObjectId } from '../models/object-id';
import { trusted } from '../models/trusted';

/** The calls of the last week that the user missed, the newest first and 100 at most, without those of chats cleared since. */
export async function findMissedCalls(
  userId: string,
  now: Date,
  clearedAt: ReadonlyMap<string, Date>,
): Promise<CallRecord[]> {
  const missed = trusted({ $elemMatch: { userId: toObjectId(userId), state: 'missed' } });
  const since = trusted({ $gte: new Date(now.getTime() - MISSED_CALL_NOTICE_MS) });
  const calls = await CallModel.find({ participants: missed, createdAt: since })
    .sort({ createdAt: -1 })
    .limit(MAX_MISSED_CALL_NOTICES)
    .lean();
  return calls.filter(({ chatId, createdAt }) => {
    const cleared = chatId ? clearedAt.get(String(chatId)) : undefined;
    return !cleared || createdAt > cleared;
  });
}

/** Those of the users who missed the call. */
export function whoMissed(call: CallRecord, userIds: readonly string[]): string[] {
  const missed = new Set(
    call.participants.filter(({ state }) => state === 'missed').map(({ userId }) => String(userId)),
  );
  return userIds.filter((id) => missed.has(id));
}
