import { AppError, invalidField } from '../errors/app-error';
import { MessageModel, type MessageRecord } from '../models/message.model';
import { type ObjectId, toObjectId } from '../models/object-id';
import { findVisibleMessage } from './message-access';
import type { RosterService } from './roster.service';

/**
 * What a reply keeps of the message it answers; of an expired one only whose it was.
 * @throws validation_failed unless the user sees such a message in this chat.
 */
export async function quote(
  rosters: RosterService,
  place: { userId: string; chatId: string; now: Date },
  messageId: string,
): Promise<NonNullable<MessageRecord['replyTo']>> {
  const { message } = await findVisibleMessage(rosters, place.userId, messageId).catch((error) => {
    throw error instanceof AppError && error.code === 'not_found' ? foreign() : error;
  });
  if (String(message.chatId) !== place.chatId) throw foreign();
  const { _id, senderId, content, expiresAt } = message;
  const isExpired = expiresAt !== undefined && expiresAt <= place.now;
  return { id: _id, senderId, content: isExpired ? null : content, ...(expiresAt && { expiresAt }) };
}

function foreign(): AppError {
  return invalidField('replyTo', 'is no message of this chat');
}

/** What was deleted for everyone must not live on in quotations of it. */
export async function scrubQuotes(messageId: string | ObjectId): Promise<void> {
  await MessageModel.collection.updateMany(
    { 'replyTo.id': toObjectId(String(messageId)) },
    { $set: { 'replyTo.content': null } },
  );
}

/** The reply as it stands once it is stored: the quoted message may have been deleted while it was written. */
export async function withLivingQuote(reply: MessageRecord): Promise<MessageRecord> {
  const { replyTo } = reply;
  if (!replyTo || replyTo.content === null) return reply;
  const quoted = await MessageModel.collection.findOne<Pick<MessageRecord, 'deletedAt'>>(
    { _id: replyTo.id },
    { projection: { deletedAt: 1 } },
  );
  if (quoted && !quoted.deletedAt) return reply;
  await scrubQuotes(replyTo.id);
  return { ...reply, replyTo: { ...replyTo, content: null } };
}
