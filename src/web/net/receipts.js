/** Tells the server what arrived and what was read: per chat only the newest, and never the same twice. */

const COALESCE_MS = 250;

/** @typedef {ReturnType<typeof createReceipts>} Receipts */

/** @param {{ store: import('../state/store.js').Store, socket: import('./socket.js').Socket }} options */
export function createReceipts({ store, socket }) {
  /** @type {Map<string, import('../types').Message>} */
  const due = new Map();
  /** @type {Map<string, number>} */
  const deliveredSeq = new Map();
  /** @type {Map<string, number>} */
  const readSeq = new Map();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  function flush() {
    timer = undefined;
    for (const [chatId, message] of due) {
      if ((readSeq.get(chatId) ?? 0) >= message.seq) continue;
      void tell(deliveredSeq, 'message_delivered', message);
    }
    due.clear();
  }

  /** @param {Map<string, number>} told @param {string} event @param {import('../types').Message} message */
  async function tell(told, event, { id, chatId, seq }) {
    if ((told.get(chatId) ?? 0) >= seq || !socket.isConnected()) return;
    told.set(chatId, seq);
    await socket.request(event, { messageId: id, chatId }).catch(() => {
      if (told.get(chatId) === seq) told.delete(chatId);
    });
  }

  /** @param {import('../types').Message | null} message */
  function noteDelivered(message) {
    if (!message || message.senderId === store.state.me?.id) return;
    const newest = due.get(message.chatId);
    if (!newest || newest.seq < message.seq) due.set(message.chatId, message);
    if (timer === undefined) timer = setTimeout(flush, COALESCE_MS);
  }

  return {
    noteDelivered,
    /** After a sync: the last message of every chat with something unread has arrived. */
    noteAllDelivered() {
      for (const chat of store.state.chats.values()) noteDelivered(chat.lastMessage);
    },
    /** The person sees the end of this chat. @param {string} chatId */
    noteRead(chatId) {
      const last = store.state.timelines.get(chatId)?.sorted.at(-1);
      if (!last || (readSeq.get(chatId) ?? 0) >= last.seq) return;
      store.markRead(chatId, last.seq);
      // Sending moved one's own watermark already.
      if (last.senderId !== store.state.me?.id) void tell(readSeq, 'message_read', last);
    },
  };
}
