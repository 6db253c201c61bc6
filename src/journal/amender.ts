import type { Types } from 'mongoose';
import { notFound, unavailable } from '../errors/app-error';
import { isMongoUnavailable } from '../errors/from-mongo';
import { answerWithin } from '../models/answer-within';
import { MessageModel, type MessageRecord } from '../models/message.model';
import { isDatabaseAway } from '../models/reach';
import type { Clock } from '../types/clock';
import type { MessagePatch } from './journal.types';
import { firstDigestOf } from './numbering';

/** A change that lost to this many others at once gives up. */
const MAX_ATTEMPTS = 100;
const RETRY_AFTER_MS = 200;
const ANSWER_WITHIN_MS = 5000;

export interface AmendRequest {
  messageId: Types.ObjectId;
  change: (message: MessageRecord) => MessagePatch | undefined;
  deadlineMs: number;
  /** Takes the chat's next `rev` by a marker in the log, durable. */
  mark: (message: MessageRecord) => Promise<number>;
}

export interface AmendResult {
  message: MessageRecord;
  isChanged: boolean;
}

/**
 * Changes one message: first its marker takes a `rev` in the log, then the message is changed under it, if nobody changed it
 * meanwhile; else the change is decided anew on what is there. A marker whose change never followed means nothing.
 * @throws not_found, unavailable, and whatever `change` throws.
 */
export async function amendMessage(
  chatId: Types.ObjectId,
  request: AmendRequest,
  clock: Clock,
): Promise<AmendResult> {
  const { messageId, change, mark } = request;
  const triedRevs = new Set<number>();
  const leftMs = () => request.deadlineMs - clock.now().getTime();
  for (let attempt = 0; attempt < MAX_ATTEMPTS && leftMs() > 0; attempt += 1) {
    try {
      const found = MessageModel.collection.findOne<MessageRecord>({ _id: messageId, chatId });
      const message = await answerWithin(ANSWER_WITHIN_MS, found);
      if (message === null) throw notFound('The message');
      // An earlier try whose answer was lost did arrive after all.
      if (message.lastRev !== undefined && triedRevs.has(message.lastRev))
        return { message, isChanged: true };
      const patch = change(message);
      if (patch === undefined) return { message, isChanged: false };
      const rev = await mark(message);
      triedRevs.add(rev);
      // Later than that a sync may have passed the marker as one without effect (`sync-changes.ts`).
      if (leftMs() <= 0) break;
      const amended = await answerWithin(ANSWER_WITHIN_MS, applyPatch(message, patch, rev));
      if (amended) return { message: amended, isChanged: true };
    } catch (error) {
      if (!isMongoUnavailable(error) || isDatabaseAway()) throw error;
      await new Promise((resolve) => setTimeout(resolve, RETRY_AFTER_MS));
    }
  }
  throw unavailable('The change could not be confirmed; try again', 2);
}

/** Resolves to null when somebody else changed the message first. */
async function applyPatch(
  message: MessageRecord,
  patch: MessagePatch,
  rev: number,
): Promise<MessageRecord | null> {
  const amended = await MessageModel.collection.findOneAndUpdate(
    { _id: message._id, lastRev: message.lastRev ?? { $exists: false } },
    { $set: { ...patch, ...keptDigest(message), lastRev: rev } },
    { returnDocument: 'after', writeConcern: { w: 'majority', journal: true } },
  );
  return amended as MessageRecord | null;
}

/** A changed message must still tell a repetition of its key from a misuse. */
function keptDigest(message: MessageRecord): { digest?: string } {
  return message.tempId === undefined ? {} : { digest: firstDigestOf(message) };
}
