import type { ChatView } from '../../presenters/chat.presenter';
import { presentUser } from '../../presenters/user.presenter';
import type { MediaSigner } from '../../services/media-library.types';
import type { PeopleService } from '../../services/people.service';
import { presentV1Message, type V1Message } from './message.presenter';
import { presentV1User, type V1User } from './user.presenter';

/** A chat in the words of seed 000 (contract section 6). */
export interface Conversation {
  id: string;
  type: 'direct' | 'group';
  name: string;
  participants: V1User[];
  lastMessage: V1Message | null;
  unreadCount: number;
  updatedAt: string;
}

export type PresentConversations = (viewerId: string, chats: readonly ChatView[]) => Promise<Conversation[]>;

/** Makes what words chats for one of their members: the people of all of them are read at once. */
export function createPresentConversations(deps: {
  people: PeopleService;
  signer: MediaSigner;
}): PresentConversations {
  return async (viewerId, chats) => {
    const ids = chats.flatMap(({ members }) => members.map(({ userId }) => userId));
    const seen = await deps.people.seenBy(viewerId, ids);
    const users = new Map<string, V1User>();
    for (const [id, { user, relation }] of seen)
      users.set(id, presentV1User(presentUser(user, relation, deps.signer)));
    return chats.map((chat) => ({
      id: chat.id,
      type: chat.type === 'private' ? 'direct' : 'group',
      name: chat.name,
      participants: chat.members.flatMap(({ userId }) => users.get(userId) ?? []),
      lastMessage: chat.lastMessage && presentV1Message(chat.lastMessage),
      unreadCount: chat.unreadCount,
      updatedAt: chat.updatedAt,
    }));
  };
}
