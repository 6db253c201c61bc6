import type { ChatView } from '../../presenters/chat.presenter';
import type { MessageView } from '../../presenters/message.presenter';
import type { NotificationView } from '../../presenters/notification.presenter';

/** A message in the words of seed 001: the native shape, with its status in upper case (contract section 6). */
export type KebabMessage = Omit<MessageView, 'status'> & { status: string };

/** A chat with its last message in these words. */
export type KebabChat = Omit<ChatView, 'lastMessage'> & { lastMessage: KebabMessage | null };

/** What answers of the native REST API hold that has a status word. */
interface NativeAnswer {
  message?: MessageView;
  messages?: MessageView[];
  chat?: ChatView;
  chats?: ChatView[];
  notifications?: NotificationView[];
  /** Who has got a message; those of a sync are watermarks and have no word. */
  receipts?: object[];
}

/** Words an answer of the native REST API, or of `sync:request`, whatever it is about; what has no status word stays as it is. */
export function answerInKebabWords(answer: NativeAnswer): object {
  const { message, messages, chat, chats, notifications, receipts } = answer;
  return {
    ...answer,
    ...(message && { message: inKebabWords(message) }),
    ...(messages && { messages: messages.map(inKebabWords) }),
    ...(chat && { chat: chatInKebabWords(chat) }),
    ...(chats && { chats: chats.map(chatInKebabWords) }),
    ...(notifications && { notifications: notifications.map(notificationInKebabWords) }),
    ...(receipts && { receipts: receipts.map(receiptInKebabWords) }),
  };
}

/** Words a message. */
export function inKebabWords(message: MessageView): KebabMessage {
  return { ...message, status: message.status.toUpperCase() };
}

/** Words a chat. */
export function chatInKebabWords(chat: ChatView): KebabChat {
  return { ...chat, lastMessage: chat.lastMessage && inKebabWords(chat.lastMessage) };
}

function notificationInKebabWords(notification: NotificationView): object {
  const { lastMessage } = notification;
  return lastMessage ? { ...notification, lastMessage: inKebabWords(lastMessage) } : notification;
}

function receiptInKebabWords(receipt: object): object {
  return 'status' in receipt ? { ...receipt, status: String(receipt.status).toUpperCase() } : receipt;
}
