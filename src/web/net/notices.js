/** What waits for the person: the server's counts, asked for again whenever something may have changed them. */

const DELAY_MS = 400;

/** @typedef {ReturnType<typeof createNotices>} Notices */
/** @typedef {import('../types').Notice} Notice */

/**
 * @param {{
 *   api: import('./api.js').Api,
 *   store: import('../state/store.js').Store,
 *   socket: import('./socket.js').Socket,
 *   onChange: () => void,
 * }} parts
 */
export function createNotices({ api, store, socket, onChange }) {
  /** @type {{ total: number, chats: Array<{ chatId: string, count: number }>, contactRequests: number }} */
  let counts = { total: 0, chats: [], contactRequests: 0 };
  let revision = 0;
  let unread = '';
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  /** Runs soon; many hints make one question. */
  function schedule() {
    timer ??= setTimeout(() => {
      timer = undefined;
      void load().catch(() => {});
    }, DELAY_MS);
  }

  async function load() {
    counts = await api.get('/api/notifications/all-counts');
    revision += 1;
    onChange();
  }

  /** @param {string} chatId */
  const clear = (chatId) => api.post(`/api/notifications/clear/${encodeURIComponent(chatId)}`);

  socket.on('notification', schedule);

  return {
    schedule,
    counts: () => counts,
    /** Rises whenever the counts were told anew. */
    revision: () => revision,
    /** Looks whether messages came or were read since it looked last. */
    watch() {
      const now = JSON.stringify(
        [...store.state.unread].filter(([, { count, later }]) => count || later.length),
      );
      if (now !== unread) schedule();
      unread = now;
    },
    /** @param {string | null} cursor @returns {Promise<{ notifications: Notice[], nextCursor: string | null }>} */
    list: (cursor) => api.get('/api/notifications', { limit: 50, cursor }),
    /** Puts away what these chats have now; it stays unread. @param {Iterable<string>} chatIds */
    async clear(chatIds) {
      for (const chatId of new Set(chatIds)) await clear(chatId);
      await load();
    },
    /** The requests were looked at. */
    async viewRequests() {
      if (counts.contactRequests === 0) return;
      await api.post('/api/notifications/mark-contacts-viewed');
      await load();
    },
    stop: () => clearTimeout(timer),
  };
}
