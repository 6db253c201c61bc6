import { contentAsText } from '../../presenters/content-text';
import type { MessageStatus, MessageView } from '../../presenters/message.presenter';

/** A message in the words of seed 000 (contract section 6). */
export interface V1Message {
  id: string;
  conversationId: string;
  senderId: string;
  type: string;
  content: string;
  mediaUrl: string | null;
  status: MessageStatus;
  clientMessageId: string | null;
  seq: number;
  createdAt: string;
}

/** Words a message: a tombstone is of type `deleted` and says nothing any more. */
export function presentV1Message(message: MessageView): V1Message {
  const { content } = message;
  return {
    id: message.id,
    conversationId: message.chatId,
    senderId: message.senderId,
    type: content?.type ?? 'deleted',
    content: contentAsText(content),
    mediaUrl: content !== null && 'url' in content ? String(content.url) : null,
    status: message.status,
    clientMessageId: message.tempId,
    seq: message.seq,
    createdAt: message.createdAt,
  };
}
