import type { ChatView } from '../../presenters/chat.presenter';
import type { Actor } from '../../types/actor';
import type { DialectGround } from '../dialect.port';
import { presentRoomMessage, type RoomMessage } from './message.presenter';
import { presentRoom, type Room } from './room';
import type { RoomHistory } from './room-history';

/** The most rooms of one answer: these clients know no pages. */
const MAX_ROOMS = 500;
const PAGE = 100;
/** Groups stand between private chats; beyond so many chats nothing more is looked for. */
const MAX_PAGES = 20;

export interface RoomList {
  /** One's rooms, the latest activity first. */
  all(actor: Actor): Promise<Room[]>;
  /** One of them. @throws not_found */
  one(actor: Actor, roomId: string): Promise<Room>;
}

/** Reads the private chats of a user as rooms. */
export function createRoomList({ services }: DialectGround, history: RoomHistory): RoomList {
  const { chats, chatViews } = services;

  async function latestIn(actor: Actor, { id, lastMessage }: ChatView): Promise<RoomMessage | undefined> {
    if (!lastMessage) return undefined;
    return presentRoomMessage(lastMessage) ?? (await history.latest(actor, id));
  }

  const toRoom = async (actor: Actor, view: ChatView) => presentRoom(view, await latestIn(actor, view));

  return {
    async all(actor) {
      const rooms: Room[] = [];
      let cursor: string | null | undefined;
      for (let page = 0; page < MAX_PAGES && cursor !== null && rooms.length < MAX_ROOMS; page += 1) {
        const { chatIds, nextCursor } = await chats.list(actor, { limit: PAGE, ...(cursor && { cursor }) });
        for (const view of await chatViews.forViewer(actor.userId, chatIds))
          if (view.type === 'private') rooms.push(await toRoom(actor, view));
        cursor = nextCursor;
      }
      return rooms.slice(0, MAX_ROOMS);
    },

    one: async (actor, roomId) => toRoom(actor, await chatViews.oneForViewer(actor.userId, roomId)),
  };
}
