import { notFound } from '../../errors/app-error';
import { bearerToken } from '../../helpers/bearer';
import type { FrameHandler, PlainSide, UpgradeRequest } from '../../socket/plain/plain-side';
import { isId } from '../../validation/common.validation';
import type { CookieRules, DialectGround } from '../dialect.port';
import { accessTokenIn, assertOwnPage } from './cookies';
import { encodeFrame, type RoomNews } from './outbound';
import { createPeopleFeed } from './people-feed';
import { createReceivedMarks } from './received-marks';
import { assertInRoom } from './room';

/** What clients send, by its name in `swagger/rooms.asyncapi.yaml`; on the wire it has none. */
export const CLIENT_FRAMES = ['message'] as const;

const USERS = '/users';
const ROOM = /^\/room\/([^/]+)\/?$/;

/** `/users` and `/room/<roomId>`: a place is named by the id of its room, or is `/users`. */
export function createRoomsUpgrades(ground: DialectGround): PlainSide {
  const { messages, receipts, rosters } = ground.services;
  const people = createPeopleFeed(ground);
  const received = createReceivedMarks(receipts);

  const say: FrameHandler = async ({ actor, place }, { content }) => {
    await messages.sendMessage(actor, { chatId: place, content });
  };

  return {
    placeOf(path) {
      if (path === USERS || path === `${USERS}/`) return USERS;
      return ROOM.exec(path)?.[1]?.toLowerCase();
    },
    tokenOf: (request) => tokenOf(request, ground.cookies),
    async assertMayEnter(actor, place) {
      if (place === USERS) return;
      if (!isId(place)) throw notFound('The room');
      await assertInRoom(rosters, actor.userId, place);
    },
    frames: { message: say },
    frameAt: (place) => (place === USERS ? undefined : 'message'),
    deliver(sockets, payload) {
      const { roomId, seq, frame } = payload as RoomNews;
      const inRoom = sockets.filter(({ place }) => place === roomId);
      if (inRoom.length === 0) return;
      const encoded = encodeFrame(frame.type, frame.data);
      for (const socket of inRoom) {
        socket.send(encoded);
        if (seq !== undefined) received.note(socket.actor, roomId, seq);
      }
    },
    failure: ({ code, message }) => encodeFrame('ERROR', { code, message }),
    opened: (socket) => socket.place === USERS && people.opened(socket),
    closed: (socket) => socket.place === USERS && people.closed(socket),
    stop() {
      people.stop();
      received.stop();
    },
  };
}

/** Cookie, address, header, in the order of the seed; the first that is there counts. @throws forbidden */
function tokenOf({ headers, query }: UpgradeRequest, rules: CookieRules): string | undefined {
  assertOwnPage(headers, rules);
  return accessTokenIn(headers.cookie) || query.get('token') || bearerToken(headers.authorization);
}
