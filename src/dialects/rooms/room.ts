import { notFound } from '../../errors/app-error';
import type { ChatView } from '../../presenters/chat.presenter';
import type { RosterService } from '../../services/roster.service';
import type { RoomMessage } from './message.presenter';

/** A private chat in the words of seed 004. */
export interface Room {
  id: string;
  user1Id: string;
  user2Id: string;
  /** The latest one; none in a new room. */
  messages: RoomMessage[];
}

/** Words a private chat; who of the two is which is the same for both. */
export function presentRoom({ id, members }: ChatView, latest: RoomMessage | undefined): Room {
  const [user1Id = '', user2Id = ''] = members.map(({ userId }) => userId).sort();
  return { id, user1Id, user2Id, messages: latest ? [latest] : [] };
}

/** Lets the two of a private chat in; groups are no rooms. @throws not_found */
export async function assertInRoom(rosters: RosterService, userId: string, roomId: string): Promise<void> {
  const roster = await rosters.get(roomId);
  if (roster?.type !== 'private' || !roster.members.has(userId)) throw notFound('The room');
}
