import type { PresenceService } from '../../services/presence.service';
import type { TypingService } from '../../services/typing.service';
import type { EventHandler } from '../event-router';

/** Opening a chat, typing and presence (seed 002, contract section 5). */
export function createChatHandlers(deps: {
  viewChat: (userId: string, chatId: string) => Promise<unknown>;
  typing: TypingService;
  presence: PresenceService;
}) {
  const { viewChat, typing, presence } = deps;
  return {
    join_chat: async (actor, { chatId }) => ({
      chat: await viewChat(actor.userId, String(chatId).toLowerCase()),
    }),
    leave_chat: async (actor, { chatId }) => {
      await typing.endTyping(actor, String(chatId));
      return {};
    },
    typing_start: async (actor, { chatId }) => {
      await typing.setTyping(actor, String(chatId), true);
      return {};
    },
    typing_stop: async (actor, { chatId }) => {
      await typing.setTyping(actor, String(chatId), false);
      return {};
    },
    set_presence: async (actor, { state }) => {
      await presence.setAway(actor.userId, state === 'away');
      return {};
    },
  } satisfies Record<string, EventHandler>;
}
