import { DELETE_FOR_EVERYONE_WINDOW_MS, EDIT_WINDOW_MS } from '../config/limits';
import { forbidden, invalidField, notFound } from '../errors/app-error';
import type { Role } from '../models/membership.model';
import type { Content } from '../types/content';

interface ChatFacts {
  type: 'private' | 'group';
  isBlocked: boolean;
  members: { get(userId: string): { role: Role; joinedSeq: number } | undefined };
}

interface MessageFacts {
  senderId: string;
  seq: number;
  content: Content | null;
  createdAt: Date;
  deletedFor: readonly string[];
}

/** Who is no member does not learn that the chat exists. @throws not_found */
export function assertMember(userId: string, chat: ChatFacts | undefined): asserts chat {
  if (!chat?.members.get(userId)) throw notFound('The chat');
}

/** A member may write, unless a block ended the private chat (contract section 5). @throws not_found, forbidden */
export function assertMayPost(userId: string, chat: ChatFacts | undefined): asserts chat {
  assertMember(userId, chat);
  if (chat.isBlocked) throw forbidden('You cannot write in this chat');
}

/** A member sees what came after joining and was not deleted for them. @throws not_found */
export function assertMaySee(
  userId: string,
  chat: ChatFacts | undefined,
  message: MessageFacts,
): asserts chat {
  const member = chat?.members.get(userId);
  if (!member || message.seq <= member.joinedSeq || message.deletedFor.includes(userId))
    throw notFound('The message');
}

/** A tombstone or a system message cannot be changed, forwarded, starred or reacted to. @throws validation_failed */
export function assertAlive(message: MessageFacts): asserts message is MessageFacts & { content: Content } {
  if (message.content === null) throw invalidField('messageId', 'is a deleted message');
  if (message.content.type === 'system') throw invalidField('messageId', 'is a system message');
}

/** Editing: the sender, within 15 minutes, what has a text (contract section 4). @throws forbidden, validation_failed */
export function assertMayEdit(userId: string, chat: ChatFacts, message: MessageFacts, now: Date): void {
  assertAlive(message);
  if (message.senderId !== userId) throw forbidden('Only the sender may edit a message');
  if (chat.isBlocked) throw forbidden('You cannot write in this chat');
  if (now.getTime() - message.createdAt.getTime() > EDIT_WINDOW_MS) {
    throw forbidden('A message can be edited for 15 minutes');
  }
}

/** Deleting for everyone: the sender within 48 hours, or a group's admin (contract section 4). @throws forbidden */
export function assertMayDeleteForEveryone(
  userId: string,
  chat: ChatFacts,
  message: MessageFacts,
  now: Date,
): void {
  if (message.content?.type === 'system') throw forbidden('A system message cannot be deleted');
  const role = chat.members.get(userId)?.role;
  if (chat.type === 'group' && (role === 'owner' || role === 'admin')) return;
  if (message.senderId !== userId)
    throw forbidden('Only the sender or an admin may delete a message for everyone');
  if (now.getTime() - message.createdAt.getTime() > DELETE_FOR_EVERYONE_WINDOW_MS) {
    throw forbidden('A message can be deleted for everyone for 48 hours');
  }
}
