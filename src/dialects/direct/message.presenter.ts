import { contentOrAddress } from '../../presenters/content-text';
import type { MessageView } from '../../presenters/message.presenter';

/** A message in the words of seed 003, with what contract section 6 adds. */
export interface PrivateMessage {
  senderId: string;
  receiverId: string;
  content: string;
  messageId: string;
  chatId: string;
  createdAt: string;
}

/** Words a message for one reader. */
export function presentPrivateMessage(message: MessageView, receiverId: string): PrivateMessage {
  return {
    senderId: message.senderId,
    receiverId,
    content: contentOrAddress(message.content),
    messageId: message.id,
    chatId: message.chatId,
    createdAt: message.createdAt,
  };
}
