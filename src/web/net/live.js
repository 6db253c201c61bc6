/** Connects the server's events to the store. Events that carry no `rev` are shown at once and confirmed by a sync soon after. */

const CONFIRM_MS = 1500;

/**
 * @param {{
 *   store: import('../state/store.js').Store,
 *   socket: import('./socket.js').Socket,
 *   sync: import('./sync.js').Sync,
 *   receipts: import('./receipts.js').Receipts,
 *   onMessage: (message: import('../types').Message) => void,
 *   onOffline: (userId: string) => void,
 * }} parts `onMessage` hears of every new message of somebody else
 */
export function listen({ store, socket, sync, receipts, onMessage, onOffline }) {
  socket.on('new_message', ({ message, tempId }) => {
    const isNew = message.seq > (store.state.chats.get(message.chatId)?.seq ?? 0);
    if (store.receiveMessage(tempId ? { ...message, tempId } : message)) sync.schedule();
    receipts.noteDelivered(message);
    if (isNew && message.senderId !== store.state.me?.id) onMessage(message);
  });
  socket.on('message_updated', ({ message }) => {
    if (store.receiveMessage(message)) sync.schedule();
  });
  socket.on('message_reaction', (event) => {
    store.receiveReaction(event);
    sync.schedule(CONFIRM_MS);
  });
  socket.on('message_deleted', (event) => {
    store.receiveDeletion(event);
    sync.schedule(CONFIRM_MS);
  });
  socket.on('message_status_update', (event) => store.receiveStatus(event));
  socket.on('user_typing', (event) => store.receiveTyping(event));
  socket.on('chat_created', ({ chat }) => {
    store.putChat(chat);
    receipts.noteDelivered(chat.lastMessage);
  });
  socket.on('chat_updated', ({ chat }) => {
    store.putChat(chat);
    sync.schedule(CONFIRM_MS);
  });
  socket.on('chat_removed', ({ chatId }) => store.receiveRemoval(chatId));
  socket.on('user-online', (event) => store.receivePresence(event.userId, true));
  socket.on('user-offline', (event) => {
    store.receivePresence(event.userId, false);
    onOffline(event.userId);
  });
  socket.on('contact_request', () => sync.schedule(CONFIRM_MS));
}
