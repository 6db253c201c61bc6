import { presentMessage } from '../../presenters/message.presenter';
import type { SyncView } from '../../presenters/sync.presenter';
import type { EventHandler } from '../../socket/event-router';
import type { DialectGround } from '../dialect.port';
import { inV1Words, toNativeContent, type V1Content } from './content';
import { createPresentConversations } from './conversation.presenter';
import { presentV1Message, type V1Message } from './message.presenter';

type SendPayload = V1Content & {
  conversationId: string;
  clientMessageId?: string | null;
  replyToId?: string | null;
};

/** The client events of seed 000; payloads were checked against `swagger/v1.asyncapi.yaml` before. */
export function createV1Inbound({ clock, signer, services }: DialectGround) {
  const { messages, receipts, typing, presentMessages, people, sync } = services;
  const presentConversations = createPresentConversations({ people, signer });

  async function send(actor: Parameters<EventHandler>[0], payload: SendPayload): Promise<V1Message> {
    const input = {
      chatId: payload.conversationId,
      content: toNativeContent(payload),
      tempId: payload.clientMessageId ?? null,
      replyTo: payload.replyToId ?? null,
    };
    const { message, isNew } = await messages.sendMessage(actor, input).catch((error) => {
      throw inV1Words(error);
    });
    const facts = { viewerId: actor.userId, status: 'sent', now: clock.now(), signer } as const;
    if (isNew) return presentV1Message(presentMessage(message, facts));
    const [known] = await presentMessages(actor.userId, [message]);
    return presentV1Message(known ?? presentMessage(message, facts));
  }

  const setTyping =
    (isTyping: boolean): EventHandler =>
    async (actor, { conversationId }) => {
      await typing.setTyping(actor, String(conversationId), isTyping);
      return {};
    };

  return {
    'message:send': async (actor, payload, { isAcknowledged, tell }) => {
      const message = await send(actor, payload as unknown as SendPayload);
      if (!isAcknowledged) tell('message:status', confirmationOf(message));
      return { message };
    },
    'message:delivered': async (actor, { messageId }) => {
      await receipts.markDelivered(actor, String(messageId));
      return {};
    },
    'message:read': async (actor, { conversationId }) => {
      await receipts.markChat(actor, 'read', String(conversationId));
      return {};
    },
    'typing:start': setTyping(true),
    'typing:stop': setTyping(false),
    'sync:request': async (actor, payload) => {
      const { chats, messages: changed, receipts: watermarks, ...rest } = await sync(actor, payload);
      return {
        conversations: await presentConversations(actor.userId, chats),
        messages: changed.map(presentV1Message),
        receipts: watermarks.map(inConversation),
        ...rest,
      };
    },
  } satisfies Record<string, EventHandler>;
}

/** What takes the place of an acknowledgement that the client did not ask for (contract section 5). */
function confirmationOf({ id, conversationId, senderId, status, clientMessageId }: V1Message) {
  return { conversationId, messageId: id, userId: senderId, status, clientMessageId };
}

function inConversation({ chatId, ...watermarks }: SyncView['receipts'][number]) {
  return { conversationId: chatId, ...watermarks };
}
