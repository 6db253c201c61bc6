import { Types } from 'mongoose';
import { notFound, unavailable } from '../errors/app-error';
import { isDuplicateKey, isMongoUnavailable } from '../errors/from-mongo';
import { MessageModel, type MessageRecord } from '../models/message.model';
import type { Clock } from '../types/clock';
import { readHeads } from './heads';
import type { MessagePatch } from './journal.types';
import type { Lane } from './lane';

const MAX_ATTEMPTS = 50;

export interface AmendRequest {
  lane: Lane;
  messageId: Types.ObjectId;
  change: (message: MessageRecord) => MessagePatch | undefined;
  deadlineMs: number;
}

export interface AmendResult {
  message: MessageRecord;
  isChanged: boolean;
}

/**
 * Changes one message under the next `rev` of its chat. Runs alone in its lane; other nodes are kept off by the filter on the
 * message's own `rev` and by the unique `(chatId, rev)`: who comes second reads again and decides again.
 * @throws not_found, unavailable, and whatever `change` throws.
 */
export async function amendMessage(request: AmendRequest, clock: Clock): Promise<AmendResult> {
  const { lane, messageId, change } = request;
  const chatId = new Types.ObjectId(lane.chatId);
  for (let attempt = 0; attempt < MAX_ATTEMPTS && clock.now().getTime() < request.deadlineMs; attempt += 1) {
    try {
      const message = await MessageModel.collection.findOne<MessageRecord>({ _id: messageId, chatId });
      if (message === null) throw notFound('The message');
      const patch = change(message);
      if (patch === undefined) return { message, isChanged: false };
      const amended = await applyPatch(lane, message, patch, clock.now());
      if (amended) return { message: amended, isChanged: true };
    } catch (error) {
      if (!isMongoUnavailable(error)) throw error;
      lane.head = undefined;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
  throw unavailable('The change could not be confirmed; try again', 2);
}

async function applyPatch(
  lane: Lane,
  message: MessageRecord,
  patch: MessagePatch,
  now: Date,
): Promise<MessageRecord | null> {
  const head = lane.head ?? (await readHeads([lane.chatId])).get(lane.chatId);
  const rev = (head?.rev ?? 0) + 1;
  try {
    const amended = await MessageModel.collection.findOneAndUpdate(
      { _id: message._id, rev: message.rev },
      { $set: { ...patch, rev, changedAt: now } },
      { returnDocument: 'after', writeConcern: { w: 'majority', journal: true } },
    );
    lane.head = amended && head ? { ...head, rev } : undefined;
    return amended as MessageRecord | null;
  } catch (error) {
    lane.head = undefined;
    if (isDuplicateKey(error)) return null;
    throw error;
  }
}
