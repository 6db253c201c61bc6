import type { ChatSnapshot, ChatSnapshotService } from '../services/chat-snapshot.service';
import type { MediaSigner } from '../services/media-library.types';
import { type ChatView, presentChat } from './chat.presenter';
import type { MessageView } from './message.presenter';
import type { PresentMessages } from './message-list.presenter';

/** What chats look like on the wire. */
export interface ChatViews {
  /** The chats as this user sees them, in the given order; those the user is no member of are left out. */
  forViewer(viewerId: string, chatIds: readonly string[]): Promise<ChatView[]>;
  /** One chat with all its members. @throws not_found unless the user is a member. */
  oneForViewer(viewerId: string, chatId: string): Promise<ChatView>;
  /** One chat as each of these users sees it; who is no member is left out. */
  forViewers(chatId: string, viewerIds: readonly string[]): Promise<Map<string, ChatView>>;
}

/** Makes what presents chats with their last messages, however many chats or viewers they are. */
export function createChatViews(deps: {
  snapshots: ChatSnapshotService;
  presentMessages: PresentMessages;
  signer: MediaSigner;
}): ChatViews {
  const { snapshots, presentMessages, signer } = deps;

  async function present(viewerId: string, chats: ChatSnapshot[]): Promise<ChatView[]> {
    const messages = chats.flatMap(({ lastMessage }) => lastMessage ?? []);
    const views = await presentMessages(viewerId, messages);
    const viewOf = new Map(messages.map((message, i) => [message, views[i]]));
    return chats.map((snapshot) =>
      presentChat(snapshot, snapshot.lastMessage && viewOf.get(snapshot.lastMessage), signer),
    );
  }

  /** A message looks the same to all but its sender, so a few presentations serve a group of any size. */
  async function presentOnce(
    chats: ChatSnapshot[],
  ): Promise<(snapshot: ChatSnapshot) => MessageView | undefined> {
    const views = new Map<string, MessageView | undefined>();
    for (const snapshot of chats) {
      const key = sharedKey(snapshot);
      if (!snapshot.lastMessage || views.has(key)) continue;
      const [view] = await presentMessages(String(snapshot.membership.userId), [snapshot.lastMessage]);
      views.set(key, view);
    }
    return (snapshot) => views.get(sharedKey(snapshot));
  }

  return {
    async forViewer(viewerId, chatIds) {
      return present(viewerId, await snapshots.forViewer(viewerId, chatIds));
    },

    async oneForViewer(viewerId, chatId) {
      const snapshot = await snapshots.oneForViewer(viewerId, chatId);
      const messages = snapshot.lastMessage ? [snapshot.lastMessage] : [];
      return presentChat(snapshot, (await presentMessages(viewerId, messages))[0], signer);
    },

    async forViewers(chatId, viewerIds) {
      const chats = await snapshots.forViewers(chatId, viewerIds);
      const lastMessageOf = await presentOnce(chats);
      return new Map(
        chats.map((snapshot) => [
          String(snapshot.membership.userId),
          presentChat(snapshot, lastMessageOf(snapshot), signer),
        ]),
      );
    },
  };
}

/** The same for snapshots whose last message looks the same. */
function sharedKey({ lastMessage, membership }: ChatSnapshot): string {
  return `${lastMessage?._id}:${lastMessage?.senderId.equals(membership.userId)}`;
}
