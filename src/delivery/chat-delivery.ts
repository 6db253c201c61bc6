import type { EventBus } from '../events/event-bus';
import type { ChatView } from '../presenters/chat.presenter';
import type { RosterService } from '../services/roster.service';
import type { Connections } from './connections';
import type { FanOut } from './fan-out';

/** Presents one chat as each of these users sees it. */
export type ViewChat = (chatId: string, viewerIds: readonly string[]) => Promise<Map<string, ChatView>>;

/** Tells members what happens to their chats: each sees the chat with their own name for it, settings and unread count. */
export function startChatDelivery(deps: {
  bus: EventBus;
  rosters: RosterService;
  connections: Connections;
  fanOut: FanOut;
  viewChat: ViewChat;
}): void {
  const { bus, rosters, connections, fanOut, viewChat } = deps;

  async function tellEach(chatId: string, userIds: readonly string[], word: 'chatCreated' | 'chatUpdated') {
    const online = userIds.filter((userId) => connections.hasUser(userId));
    if (online.length === 0) return;
    for (const [userId, view] of await viewChat(chatId, online)) {
      fanOut.tell([userId], (outbound) => outbound[word](view));
    }
  }

  bus.on('chat.created', ({ chatId, memberIds }) => tellEach(chatId, memberIds, 'chatCreated'));

  bus.on('chat.updated', async ({ chatId, joinedIds }) => {
    const roster = await rosters.get(chatId);
    if (!roster) return;
    await tellEach(chatId, joinedIds, 'chatCreated');
    const others = roster.memberIds.filter((userId) => !joinedIds.includes(userId));
    await tellEach(chatId, others, 'chatUpdated');
  });

  bus.on('chat.removed', ({ chatId, userIds }) => {
    fanOut.tell(userIds, (outbound) => outbound.chatRemoved({ chatId }));
  });

  bus.on('chat.settings-changed', ({ chatId, userId }) => tellEach(chatId, [userId], 'chatUpdated'));

  // The reader's other devices take the badge away.
  bus.on('receipt.moved', ({ chatId, userId, kind }, origin) => {
    const others = connections.ofUser(userId).length - (origin === 'here' ? 1 : 0);
    if (kind !== 'read' || others < 1) return undefined;
    return tellEach(chatId, [userId], 'chatUpdated');
  });
}
