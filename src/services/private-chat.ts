import { invalidField, notFound } from '../errors/app-error';
import { isDuplicateKey } from '../errors/from-mongo';
import { asyncatch } from '../helpers/asyncatch';
import { saveDoc } from '../helpers/save-doc';
import { ChatModel, type ChatRecord } from '../models/chat.model';
import { MembershipModel } from '../models/membership.model';
import { UserModel } from '../models/user.model';
import { assertMayMessage } from '../policies/contact.policy';
import { relationsOf } from './relation.service';

/** The name of a pair, the same whoever asks; unique among chats. */
export function pairKeyOf(a: string, b: string): string {
  return [a, b].sort().join(':');
}

/** Lets the first open a private chat with the second. @throws validation_failed for oneself, not_found, forbidden on a block. */
export async function assertMayOpen(userId: string, otherId: string): Promise<void> {
  if (userId === otherId) throw invalidField('userId', 'must be somebody else than yourself');
  const other = await UserModel.exists({ _id: otherId, deletedAt: null });
  if (!other) throw notFound('The user');
  const relation = (await relationsOf(userId, [otherId])).get(otherId);
  if (relation) assertMayMessage(relation);
}

/** Another call, perhaps on another node, may still be making a chat of this age. */
const BEING_MADE_MS = 10_000;

/**
 * The one chat of a pair, made if there is none yet, also when both ask at once: the unique pair key decides. The two places
 * in it are written whether or not the chat is new, so that what a crash left half-done is completed. `isPlaced` where the two may not
 * have had their places before.
 */
export async function openPrivateChat(
  userId: string,
  otherId: string,
  now: Date,
): Promise<{ chat: ChatRecord; isNew: boolean; isPlaced: boolean }> {
  const found = await findOrInsert(pairKeyOf(userId, otherId), now);
  const isWritten = await ensureMembers(found.chat, [userId, otherId]);
  const isYoung = now.getTime() - found.chat.createdAt.getTime() < BEING_MADE_MS;
  return { ...found, isPlaced: isWritten || isYoung };
}

async function findOrInsert(pairKey: string, now: Date): Promise<{ chat: ChatRecord; isNew: boolean }> {
  const existing = await ChatModel.findOne({ pairKey }).lean();
  if (existing) return { chat: existing, isNew: false };
  const draft = new ChatModel({ type: 'private', pairKey, memberCount: 2, lastActivityAt: now });
  const [made, error] = await saveDoc(draft);
  if (made) return { chat: made.toObject(), isNew: true };
  if (!isDuplicateKey(error)) throw error;
  const theirs = await ChatModel.findOne({ pairKey }).lean();
  if (!theirs) throw notFound('The chat');
  return { chat: theirs, isNew: false };
}

/** True where a place was not there before. */
async function ensureMembers(chat: ChatRecord, userIds: string[]): Promise<boolean> {
  const operations = userIds.map((userId) => ({
    updateOne: {
      filter: { chatId: chat._id, userId },
      update: { $setOnInsert: { role: 'member' as const, joinedAt: chat.createdAt } },
      upsert: true,
    },
  }));
  const [written, error] = await asyncatch(MembershipModel.bulkWrite(operations, { ordered: false }));
  // Both may open the chat at once; the other one's write serves as well as ours.
  if (error !== null && !isDuplicateKey(error)) throw error;
  return written === null || written.upsertedCount > 0;
}
