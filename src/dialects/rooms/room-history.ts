import { notFound } from '../../errors/app-error';
import { presentMessage } from '../../presenters/message.presenter';
import type { Actor } from '../../types/actor';
import type { DialectGround } from '../dialect.port';
import { presentRoomMessage, type RoomMessage } from './message.presenter';
import { assertInRoom } from './room';

/** The most messages of one answer: these clients know no pages. */
export const MAX_ROOM_MESSAGES = 500;

export interface RoomHistory {
  /** The newest messages, or those before one of them, oldest first. @throws not_found */
  list(actor: Actor, roomId: string, page: { limit: number; before?: string }): Promise<RoomMessage[]>;
}

/** Reads what was said in a room. */
export function createRoomHistory({ clock, signer, services }: DialectGround): RoomHistory {
  const { history, messages, rosters } = services;

  async function seqOf(actor: Actor, roomId: string, messageId: string): Promise<number> {
    const { chatId, seq } = await messages.getMessage(actor, messageId.toLowerCase());
    if (String(chatId) !== roomId) throw notFound('The message');
    return seq;
  }

  return {
    async list(actor, roomId, { limit, before }) {
      await assertInRoom(rosters, actor.userId, roomId);
      const page = { limit, ...(before !== undefined && { before: await seqOf(actor, roomId, before) }) };
      const found = await history.listMessages(actor, roomId, page);
      const facts = { viewerId: actor.userId, status: 'sent', now: clock.now(), signer } as const;
      return found.messages
        .flatMap((message) => presentRoomMessage(presentMessage(message, facts)) ?? [])
        .reverse();
    },
  };
}
