import { contentAsText } from '../../presenters/content-text';
import type { MessageView } from '../../presenters/message.presenter';
import type { Content } from '../../types/content';

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
    content: textOf(message.content),
    messageId: message.id,
    chatId: message.chatId,
    createdAt: message.createdAt,
  };
}

/** As one string; these clients have no other place for the address of a file without a caption. */
export function textOf(content: Content | null): string {
  const text = contentAsText(content);
  return text === '' && content !== null && 'url' in content ? String(content.url) : text;
}
