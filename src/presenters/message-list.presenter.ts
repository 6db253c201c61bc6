import type { MessageRecord } from '../models/message.model';
import type { MediaSigner } from '../services/media-library.types';
import type { Clock } from '../types/clock';
import { type MessageView, presentMessage, type StatusFloor, statusAt } from './message.presenter';

export type PresentMessages = (
  viewerId: string,
  messages: readonly MessageRecord[],
) => Promise<MessageView[]>;

/** Makes the function that presents messages of any chats for one viewer, with the status the watermarks give them now. */
export function createPresentMessages(deps: {
  statusFloors: (chatIds: string[]) => Promise<Map<string, StatusFloor>>;
  clock: Clock;
  signer: MediaSigner;
}): PresentMessages {
  return async (viewerId, messages) => {
    if (messages.length === 0) return [];
    const chatIds = [...new Set(messages.map((message) => String(message.chatId)))];
    const floors = await deps.statusFloors(chatIds);
    const now = deps.clock.now();
    return messages.map((message) => {
      const status = statusAt(message, floors.get(String(message.chatId)));
      return presentMessage(message, { viewerId, status, now, signer: deps.signer });
    });
  };
}
