/** What a person can do, each as one call to the server and what the store learns from the answer. */

const PAGE = 50;

/** @typedef {ReturnType<typeof createActions>} Actions */

/**
 * @param {{
 *   api: import('./net/api.js').Api,
 *   store: import('./state/store.js').Store,
 *   socket: import('./net/socket.js').Socket,
 * }} parts
 */
export function createActions({ api, store, socket }) {
  const at = encodeURIComponent;

  /** @param {Promise<{ chat: import('./types').Chat }>} answer */
  async function keepChat(answer) {
    const { chat } = await answer;
    store.putChat(chat);
    return chat;
  }

  return {
    /** All chats; the first page is shown while the others come. */
    async loadChats() {
      /** @type {string | null} */
      let cursor = null;
      do {
        const page = await api.get('/api/chats', { limit: 100, cursor });
        page.chats.forEach(store.putChat);
        cursor = page.nextCursor;
      } while (cursor);
    },
    /** Also brings all members of a group. @param {string} chatId */
    loadChat: (chatId) => keepChat(api.get(`/api/chats/${at(chatId)}`)),
    /** One more page of history: the newest first, then older ones. @param {string} chatId */
    async loadHistory(chatId) {
      const timeline = store.state.timelines.get(chatId);
      const before = timeline?.isLoaded ? timeline.olderCursor : undefined;
      if (before === null) return;
      const page = await api.get(`/api/chats/${at(chatId)}/messages`, { limit: PAGE, before });
      store.putHistory(chatId, page.messages, page.nextCursor);
    },
    /** @param {string} userId */
    startPrivate: (userId) => keepChat(api.post('/api/chats/private', { userId })),
    /** @param {string} name @param {string[]} memberIds */
    createGroup: (name, memberIds) => keepChat(api.post('/api/chats/group', { name, memberIds })),
    /** @param {string} chatId @param {{ name?: string, description?: string, avatarUrl?: string | null }} fields */
    updateGroup: (chatId, fields) => keepChat(api.put(`/api/chats/${at(chatId)}`, fields)),
    /** @param {string} chatId @param {object} settings */
    updateSettings: (chatId, settings) => keepChat(api.put(`/api/chats/${at(chatId)}/settings`, settings)),
    /** @param {string} chatId @param {string[]} userIds */
    addMembers: (chatId, userIds) => api.post(`/api/chats/${at(chatId)}/members`, { userIds }),
    /** @param {string} chatId @param {string} userId */
    removeMember: (chatId, userId) => api.del(`/api/chats/${at(chatId)}/members/${at(userId)}`),
    /** @param {string} chatId @param {string} userId @param {import('./types').Role} role */
    setRole: (chatId, userId, role) => api.put(`/api/chats/${at(chatId)}/members/${at(userId)}`, { role }),
    /** The link that lets others join. @param {string} chatId @returns {Promise<string>} */
    async createInvite(chatId) {
      const { invite } = await api.post(`/api/chats/${at(chatId)}/invite`);
      return `${location.origin}/#join=${at(invite.token)}`;
    },
    /** @param {string} chatId */
    revokeInvite: (chatId) => api.del(`/api/chats/${at(chatId)}/invite`),
    /** @param {string} token */
    join: (token) => keepChat(api.post(`/api/chats/join/${at(token)}`)),
    /** @param {string} chatId */
    async leave(chatId) {
      await api.del(`/api/chats/${at(chatId)}/members/${at(store.state.me?.id ?? '')}`);
      store.removeChat(chatId);
    },

    /** Null takes the reaction back. @param {import('./types').Message} message @param {string | null} emoji */
    async react({ id: messageId }, emoji) {
      const answer = await socket.request('add_reaction', { messageId, emoji });
      store.receiveMessage(answer.message);
    },
    /** @param {import('./types').Message} message @param {string} newContent */
    async edit({ id: messageId }, newContent) {
      const answer = await socket.request('edit_message', { messageId, newContent });
      store.receiveMessage(answer.message);
    },
    /** @param {import('./types').Message} message @param {boolean} forEveryone */
    async remove({ id: messageId, chatId }, forEveryone) {
      await socket.request('delete_message', { messageId, deleteForEveryone: forEveryone });
      store.receiveDeletion({ chatId, messageId, forEveryone });
    },
    /** @param {import('./types').Message} message @param {string[]} chatIds */
    async forward(message, chatIds) {
      const { messages } = await api.post(`/api/messages/${at(message.id)}/forward`, { chatIds });
      messages.forEach(store.receiveMessage);
    },
    /** @param {import('./types').Message} message @param {boolean} isStarred */
    async star(message, isStarred) {
      const path = `/api/messages/${at(message.id)}/star`;
      await (isStarred ? api.post(path) : api.del(path));
      store.update(
        (state) => void (isStarred ? state.starred.add(message.id) : state.starred.delete(message.id)),
      );
    },
    starred: () => api.get('/api/messages/starred', { limit: 100 }),
    /** Who received and who read it. @param {import('./types').Message} message */
    receipts: (message) => api.get(`/api/messages/${at(message.id)}/receipts`),
    /** @param {string} chatId @param {string} q */
    searchChat: (chatId, q) => api.get(`/api/chats/${at(chatId)}/search`, { q }),
    /** @param {string} q */
    searchMessages: (q) => api.get('/api/messages/search', { q, limit: 20 }),

    /** @param {string} q @returns {Promise<import('./types').User[]>} */
    async searchPeople(q) {
      const { users } = await api.get('/api/users/search', { q });
      store.putUsers(users);
      return users;
    },
    /** @param {string} userId */
    async addContact(userId) {
      await api.post('/api/users/add-contact', { userId });
      store.update((state) => void state.contacts.add(userId));
    },
    async loadProfile() {
      keepMe(await api.get('/api/users/profile'));
    },
    /** @param {object} fields */
    async updateProfile(fields) {
      keepMe(await api.put('/api/users/profile', fields));
    },
    /** @param {{ name: string, bio?: string }} fields */
    async completeProfile(fields) {
      keepMe(await api.post('/api/auth/complete-profile', fields));
    },
  };

  /** @param {{ user: import('./types').User }} answer */
  function keepMe({ user }) {
    store.update((state) => {
      state.me = user;
      state.users.set(user.id, user);
    });
  }
}
