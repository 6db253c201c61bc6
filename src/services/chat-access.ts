import { notFound } from '../errors/app-error';
import { ChatModel, type ChatRecord } from '../models/chat.model';
import { MembershipModel, type MembershipRecord } from '../models/membership.model';
import { trusted } from '../models/trusted';

export interface ChatAccess {
  chat: ChatRecord;
  membership: MembershipRecord;
}

/** The chat and the user's own place in it. @throws not_found for everybody who is no member (contract section 2). */
export async function accessChat(userId: string, chatId: string): Promise<ChatAccess> {
  const [chat, membership] = await Promise.all([
    ChatModel.findById(chatId).lean(),
    MembershipModel.findOne({ chatId, userId, leftAt: null }).lean(),
  ]);
  if (!chat || !membership) throw notFound('The chat');
  return { chat, membership };
}

/** A present member's place in the chat. @throws not_found */
export async function findMember(chatId: string, userId: string): Promise<MembershipRecord> {
  const membership = await MembershipModel.findOne({ chatId, userId, leftAt: null }).lean();
  if (!membership) throw notFound('The member');
  return membership;
}

/** The user's places in those of the given chats that the user is a member of. */
export function findMemberships(userId: string, chatIds: readonly string[]): Promise<MembershipRecord[]> {
  return MembershipModel.find({ userId, leftAt: null, chatId: trusted({ $in: [...chatIds] }) }).lean();
}
