import type { ChatView } from '../../presenters/chat.presenter';
import type { MessageView } from '../../presenters/message.presenter';

/** A message in the words of seed 001: the native shape, with its status in upper case (contract section 6). */
export type KebabMessage = Omit<MessageView, 'status'> & { status: string };

/** A chat with its last message in these words. */
export type KebabChat = Omit<ChatView, 'lastMessage'> & { lastMessage: KebabMessage | null };

/** Words a message. */
export function inKebabWords(message: MessageView): KebabMessage {
  return { ...message, status: message.status.toUpperCase() };
}

/** Words a chat. */
export function chatInKebabWords(chat: ChatView): KebabChat {
  return { ...chat, lastMessage: chat.lastMessage && inKebabWords(chat.lastMessage) };
}
