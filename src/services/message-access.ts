import { notFound } from '../errors/app-error';
import { MessageModel, type MessageRecord } from '../models/message.model';
import { toObjectId } from '../models/object-id';
import { assertMaySee } from '../policies/message.policy';
import type { RosterService } from './roster.service';
import type { Roster } from './roster.types';

/** The facts of a message that the policies decide on. */
export function factsOf(message: MessageRecord) {
  return {
    senderId: String(message.senderId),
    seq: message.seq,
    content: message.content,
    createdAt: message.createdAt,
    deletedFor: (message.deletedFor ?? []).map(String),
  };
}

/**
 * Reads a message that the user may see, with its chat's roster.
 * @throws not_found when there is none, or none for this user.
 */
export async function findVisibleMessage(
  rosters: RosterService,
  userId: string,
  messageId: string,
): Promise<{ message: MessageRecord; roster: Roster }> {
  const message = await MessageModel.collection.findOne<MessageRecord>({ _id: toObjectId(messageId) });
  if (!message) throw notFound('The message');
  const roster = await rosters.get(String(message.chatId));
  assertMaySee(userId, roster, factsOf(message));
  return { message, roster };
}
