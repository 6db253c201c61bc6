/** Contacts, requests and blocks, each as one call to the server. A person's id stands for the contact everywhere. */

/** @typedef {ReturnType<typeof createContacts>} Contacts */
/** @typedef {import('./types').Contact} Contact */
/** @typedef {import('./types').FoundPerson} FoundPerson */

const PAGE = 100;

/**
 * @param {{
 *   api: import('./net/api.js').Api,
 *   store: import('./state/store.js').Store,
 *   socket: import('./net/socket.js').Socket,
 *   onChange: () => void,
 * }} parts `onChange` is called when something about contacts is different now, here or at another device
 */
export function createContacts({ api, store, socket, onChange }) {
  const at = encodeURIComponent;
  let revision = 0;

  function changed() {
    revision += 1;
    onChange();
  }

  /** @param {Promise<unknown>} task */
  async function change(task) {
    await task;
    changed();
  }

  /** All pages. @param {string} path @param {object} [query] @returns {Promise<Contact[]>} */
  async function listAll(path, query) {
    /** @type {Contact[]} */
    const all = [];
    /** @type {string | null} */
    let cursor = null;
    do {
      const page = await api.get(path, { ...query, limit: PAGE, cursor });
      all.push(...page.contacts);
      cursor = page.nextCursor;
    } while (cursor);
    store.putUsers(all.map(({ user }) => user));
    return all;
  }

  socket.on('contact_request', changed);

  return {
    /** Another one after every change, also by another device of the same person, so that lists know when they are old. */
    revision: () => `${revision} ${store.state.contacts.size} ${store.state.blocked.size}`,
    accepted: () => listAll('/api/contacts'),
    /** @param {'incoming' | 'outgoing'} direction */
    pending: (direction) => listAll('/api/contacts/pending', { direction }),
    blocked: () => listAll('/api/contacts/blocked'),
    /** @param {string} q @returns {Promise<FoundPerson[]>} */
    async search(q) {
      const { users } = await api.get('/api/contacts/search', { q, limit: 30 });
      store.putUsers(users);
      return users;
    },
    /** @param {string} userId */
    request: (userId) => change(api.post('/api/contacts/request', { userId })),
    /** @param {string} userId */
    accept: (userId) => change(api.patch(`/api/contacts/request/${at(userId)}/accept`)),
    /** Says no, or takes one's own request back. @param {string} userId */
    reject: (userId) => change(api.del(`/api/contacts/request/${at(userId)}/reject`)),
    /** @param {string} userId */
    remove: (userId) => change(api.del(`/api/contacts/${at(userId)}`)),
    /** @param {string} userId */
    async block(userId) {
      await change(api.post('/api/contacts/block', { userId }));
      store.update(({ blocked }) => void blocked.add(userId));
    },
    /** @param {string} userId */
    async unblock(userId) {
      await change(api.patch(`/api/contacts/unblock/${at(userId)}`));
      store.update(({ blocked }) => void blocked.delete(userId));
    },
  };
}
