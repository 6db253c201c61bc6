import { notFound } from '../../errors/app-error';
import type { MessageRecord } from '../../models/message.model';
import { presentMessage } from '../../presenters/message.presenter';
import type { Actor } from '../../types/actor';
import type { DialectGround } from '../dialect.port';
import { presentRoomMessage, type RoomMessage } from './message.presenter';
import { assertInRoom } from './room';

/** The most messages of one answer: these clients know no pages. */
export const MAX_ROOM_MESSAGES = 500;
/** How far back the latest message is looked for that these clients have words for. */
const LOOK_BACK = 20;

export interface RoomHistory {
  /**
   * The newest messages, or those before one of them, oldest first. The newest are delivered thereby: asking for them is the only word
   * these clients have for having got them. @throws not_found
   */
  list(actor: Actor, roomId: string, page: { limit: number; before?: string }): Promise<RoomMessage[]>;
  /** The latest message that these clients have words for, unless it is long ago. */
  latest(actor: Actor, roomId: string): Promise<RoomMessage | undefined>;
}

/** Reads what was said in a room. */
export function createRoomHistory({ clock, signer, services }: DialectGround): RoomHistory {
  const { history, messages, receipts, rosters } = services;

  async function seqOf(actor: Actor, roomId: string, messageId: string): Promise<number> {
    const { chatId, seq } = await messages.getMessage(actor, messageId.toLowerCase());
    if (String(chatId) !== roomId) throw notFound('The message');
    return seq;
  }

  /** Turns newest first into oldest first. */
  function present({ userId }: Actor, found: readonly MessageRecord[]): RoomMessage[] {
    const facts = { viewerId: userId, status: 'sent', now: clock.now(), signer } as const;
    return found.flatMap((message) => presentRoomMessage(presentMessage(message, facts)) ?? []).reverse();
  }

  return {
    async list(actor, roomId, { limit, before }) {
      await assertInRoom(rosters, actor.userId, roomId);
      const page = { limit, ...(before !== undefined && { before: await seqOf(actor, roomId, before) }) };
      const found = await history.listMessages(actor, roomId, page);
      const [newest] = found.messages;
      if (newest && before === undefined) await receipts.markChat(actor, 'delivered', roomId, newest.seq);
      return present(actor, found.messages);
    },

    async latest(actor, roomId) {
      const found = await history.listMessages(actor, roomId, { limit: LOOK_BACK });
      return present(actor, found.messages).at(-1);
    },
  };
}
