import type { Request, RequestHandler } from 'express';
import { invalidField } from '../../errors/app-error';
import { bearerToken } from '../../helpers/bearer';
import { validated } from '../../helpers/validation';
import { actorOf } from '../../middlewares/authenticate';
import type { DialectGround } from '../dialect.port';
import { createRoomHistory } from './room-history';
import { createRoomList } from './room-list';

/** `/msg`: rooms and what was said in them. */
export function createRoomsMsgController(ground: DialectGround) {
  const history = createRoomHistory(ground);
  const rooms = createRoomList(ground, history);

  return {
    async listRooms(req, res) {
      res.json({ rooms: await rooms.all(actorOf(req)), token: tokenOf(req) });
    },

    async openRoom(req, res) {
      const actor = actorOf(req);
      const { otherUserId } = validated<{ otherUserId: string }>(req);
      if (otherUserId === actor.userId)
        throw invalidField('otherUserId', 'must be somebody else than yourself');
      const { chatId, isNew } = await ground.services.chats.openPrivate(actor, otherUserId);
      const room = await rooms.one(actor, chatId);
      res.status(isNew ? 201 : 200).json({ ...room, token: tokenOf(req) });
    },

    async listMessages(req, res) {
      const { roomId, ...page } = validated<{ roomId: string; limit: number; before?: string }>(req);
      res.json({ messages: await history.list(actorOf(req), roomId, page) });
    },
  } satisfies Record<string, RequestHandler>;
}

/** The access token that the request came with: a fresh one would let who stole one go on for ever. */
function tokenOf(req: Request): string {
  return bearerToken(req.get('authorization')) ?? '';
}
