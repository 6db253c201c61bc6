import { forbidden } from '../../errors/app-error';
import { createKeyedQueue } from '../../helpers/keyed-queue';
import { presentMessage } from '../../presenters/message.presenter';
import type { EventHandler } from '../../socket/event-router';
import type { Actor } from '../../types/actor';
import type { DialectGround } from '../dialect.port';
import { presentPrivateMessage } from './message.presenter';

/**
 * The client events of seed 003 besides those of calls, which all connections share; payloads were checked against
 * `swagger/direct.asyncapi.yaml` before.
 */
export function createDirectInbound({ clock, signer, services }: DialectGround) {
  const { chats, messages, receipts } = services;
  /** Looking up the chat must not let a later message to the same person overtake. */
  const inOrder = createKeyedQueue();

  async function chatWith(actor: Actor, receiverId: string): Promise<string> {
    const find = () => chats.openPrivate(actor, receiverId);
    return (await inOrder(`${actor.userId}:${receiverId}`, find)).chatId;
  }

  return {
    'private-message': async (actor, payload) => {
      assertOneself(actor, payload.senderId, 'senderId');
      const receiverId = String(payload.receiverId).toLowerCase();
      const chatId = await chatWith(actor, receiverId);
      const { message } = await messages.sendMessage(actor, { chatId, content: String(payload.content) });
      const facts = { viewerId: actor.userId, status: 'sent', now: clock.now(), signer } as const;
      return { message: presentPrivateMessage(presentMessage(message, facts), receiverId) };
    },

    'message-seen': async (actor, { messageId, userId }) => {
      assertOneself(actor, userId, 'userId');
      await receipts.markMessageRead(actor, String(messageId));
      return {};
    },
  } satisfies Record<string, EventHandler>;
}

/** One's own id stands where the role wants it (contract section 6). @throws forbidden */
function assertOneself(actor: Actor, id: unknown, field: string): void {
  if (String(id).toLowerCase() !== actor.userId) throw forbidden(`${field} must be your own id`);
}
