import type { EventBus } from '../events/event-bus';
import type { Journal } from '../journal/journal.types';
import type { SystemEvent } from '../types/content';

/** Tells a chat's members what changed: for the history by a system message, for live clients and caches by an event. */
export interface ChatNarrator {
  /** Writes the system message only. @throws unavailable */
  tell(chatId: string, actorId: string, event: SystemEvent, details: Record<string, unknown>): Promise<void>;
  /** Announces the change even when the system message could not be written: the change itself is done. */
  tellChange(
    chatId: string,
    actorId: string,
    event: SystemEvent,
    details: Record<string, unknown>,
    joinedIds?: string[],
  ): Promise<void>;
  announce(chatId: string, joinedIds?: string[]): void;
}

export function createChatNarrator(deps: { journal: Pick<Journal, 'append'>; bus: EventBus }): ChatNarrator {
  const announce: ChatNarrator['announce'] = (chatId, joinedIds = []) =>
    deps.bus.emit('chat.updated', { chatId, joinedIds });

  const tell: ChatNarrator['tell'] = async (chatId, senderId, event, details) => {
    await deps.journal.append({ chatId, senderId, content: { type: 'system', event, ...details } });
  };

  return {
    tell,
    announce,
    async tellChange(chatId, actorId, event, details, joinedIds) {
      try {
        await tell(chatId, actorId, event, details);
      } finally {
        announce(chatId, joinedIds);
      }
    },
  };
}
