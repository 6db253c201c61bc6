import { MAX_CALL_PARTICIPANTS } from '../config/limits';
import { AppError, forbidden, invalidField, notFound } from '../errors/app-error';
import { ChatModel } from '../models/chat.model';
import { MembershipModel } from '../models/membership.model';
import type { ObjectId } from '../models/object-id';
import { trusted } from '../models/trusted';
import { UserModel } from '../models/user.model';
import { assertMayCall, mayRing } from '../policies/contact.policy';
import { accessChat } from './chat-access';
import { pairKeyOf } from './private-chat';
import { relationsOf } from './relation.service';

/** Whom one calls: somebody, or everybody in a chat. */
export type CallTarget = { calleeId: string } | { chatId: string };

/** Who is to be rung. */
export interface Callees {
  chatId: ObjectId | null;
  isGroup: boolean;
  userIds: string[];
}

/**
 * Who rings when this person calls: the one other, or of a group's other members those who take calls from them.
 * @throws not_found for who does not exist, and for a chat one is not in; forbidden on a block, by the other's `calls` privacy, and
 * for a group of more than 64; validation_failed for oneself; conflict for a group one is alone in.
 */
export async function findCallees(callerId: string, target: CallTarget): Promise<Callees> {
  if ('calleeId' in target) return findOne(callerId, target.calleeId.toLowerCase());
  const { chat } = await accessChat(callerId, target.chatId.toLowerCase());
  if (chat.type === 'group') return findMembers(callerId, chat._id);
  const otherId = chat.pairKey?.split(':').find((id) => id !== callerId);
  if (otherId === undefined) throw notFound('The user');
  return findOne(callerId, otherId);
}

async function findOne(callerId: string, calleeId: string): Promise<Callees> {
  if (calleeId === callerId) throw invalidField('calleeId', 'must be somebody else than yourself');
  const [callee, chat, relations] = await Promise.all([
    UserModel.exists({ _id: calleeId, deletedAt: null }),
    ChatModel.findOne({ pairKey: pairKeyOf(callerId, calleeId) }, { _id: 1 }).lean(),
    relationsOf(callerId, [calleeId]),
  ]);
  if (!callee) throw notFound('The user');
  const relation = relations.get(calleeId);
  if (relation) assertMayCall(relation);
  return { chatId: chat?._id ?? null, isGroup: false, userIds: [calleeId] };
}

async function findMembers(callerId: string, chatId: ObjectId): Promise<Callees> {
  const members = await MembershipModel.find(
    { chatId, leftAt: null, userId: trusted({ $ne: callerId }) },
    { userId: 1 },
  )
    .limit(MAX_CALL_PARTICIPANTS)
    .lean();
  if (members.length >= MAX_CALL_PARTICIPANTS)
    throw forbidden(`A group of more than ${MAX_CALL_PARTICIPANTS} people cannot be called`);
  if (members.length === 0) throw new AppError('conflict', 'There is nobody else in this group');
  const relations = await relationsOf(
    callerId,
    members.map(({ userId }) => String(userId)),
  );
  const userIds = [...relations].filter(([, facts]) => mayRing(facts)).map(([userId]) => userId);
  if (userIds.length === 0) throw forbidden('Nobody in this group takes calls from you');
  return { chatId, isGroup: true, userIds };
}
