import { contentOrAddress } from '../../presenters/content-text';
import type { MessageView } from '../../presenters/message.presenter';

/** A message in the words of seed 004. */
export interface RoomMessage {
  id: string;
  content: string;
  senderId: string;
  createdAt: string;
}

/** Words a message; undefined for what these clients have no words for: what is deleted, and what the server wrote. */
export function presentRoomMessage({
  id,
  content,
  senderId,
  createdAt,
}: Pick<MessageView, 'id' | 'content' | 'senderId' | 'createdAt'>): RoomMessage | undefined {
  if (content === null || content.type === 'system') return undefined;
  return { id, content: contentOrAddress(content), senderId, createdAt };
}
