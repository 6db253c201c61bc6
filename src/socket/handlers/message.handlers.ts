import { presentMessage } from '../../presenters/message.presenter';
import type { PresentMessages } from '../../presenters/message-list.presenter';
import type { MediaSigner } from '../../services/media-library.types';
import type { MessageService } from '../../services/message.service';
import type { ReactionService } from '../../services/reaction.service';
import type { Clock } from '../../types/clock';
import type { EventHandler } from '../event-router';

/** The message events of seed 002; payloads were checked against `swagger/asyncapi.yaml` before. */
export function createMessageHandlers(deps: {
  messages: MessageService;
  reactions: ReactionService;
  presentMessages: PresentMessages;
  clock: Clock;
  signer: MediaSigner;
}) {
  const { messages, reactions, presentMessages, clock, signer } = deps;

  const present: (viewerId: string, message: Parameters<PresentMessages>[1][number]) => Promise<object> =
    async (viewerId, message) => ({ message: (await presentMessages(viewerId, [message]))[0] });

  return {
    send_message: async (actor, payload) => {
      const { message, isNew } = await messages.sendMessage(actor, payload as never);
      if (!isNew) return present(actor.userId, message);
      return {
        message: presentMessage(message, {
          viewerId: actor.userId,
          status: 'sent',
          now: clock.now(),
          signer,
        }),
      };
    },
    edit_message: async (actor, { messageId, newContent, content }) =>
      present(actor.userId, await messages.editMessage(actor, String(messageId), newContent ?? content)),
    delete_message: async (actor, { messageId, deleteForEveryone, forEveryone }) => {
      if (deleteForEveryone === true || forEveryone === true)
        await messages.deleteForEveryone(actor, String(messageId));
      else await messages.deleteForMe(actor, String(messageId));
      return {};
    },
    add_reaction: async (actor, { messageId, emoji }) =>
      present(
        actor.userId,
        await reactions.react(actor, String(messageId), (emoji ?? null) as string | null),
      ),
  } satisfies Record<string, EventHandler>;
}
