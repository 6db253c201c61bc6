/** Names and presence of people, fetched when somebody is shown for the first time, few at a time, kept for the next visit. */

const CACHE_KEY = 'parley.people';
const MAX_KEPT = 500;
const PARALLEL = 4;

/** @typedef {ReturnType<typeof createPeople>} People */

/** @param {{ store: import('../state/store.js').Store, api: import('./api.js').Api, storage?: Storage }} options */
export function createPeople({ store, api, storage = localStorage }) {
  /** Asked for since the page was loaded, so that nobody is asked for again and again. */
  const asked = new Set();
  /** @type {string[]} */
  const queue = [];
  let active = 0;

  async function next() {
    if (active >= PARALLEL) return;
    const userId = queue.shift();
    if (userId === undefined) return;
    active += 1;
    await fetchOne(userId);
    active -= 1;
    void next();
  }

  /** @param {string} userId */
  async function fetchOne(userId) {
    try {
      const { user } = await api.get(`/api/users/${encodeURIComponent(userId)}`);
      store.putUsers([user]);
      keep();
    } catch {
      // An erased account stays without a name; after a lost connection the next visit asks again.
    }
  }

  function keep() {
    const people = [...store.state.users.values()].slice(-MAX_KEPT);
    const names = people.map(({ id, name, username, avatarUrl }) => ({ id, name, username, avatarUrl }));
    storage.setItem(CACHE_KEY, JSON.stringify(names));
  }

  return {
    /** Shows names from the last visit until fresh ones come. */
    restore() {
      try {
        store.putUsers(JSON.parse(storage.getItem(CACHE_KEY) ?? '[]'));
      } catch {
        storage.removeItem(CACHE_KEY);
      }
    },
    forget: () => storage.removeItem(CACHE_KEY),
    /** Makes sure that these people are known, or become so. @param {Iterable<string>} userIds */
    need(userIds) {
      for (const userId of userIds) {
        if (asked.has(userId) || userId === store.state.me?.id) continue;
        asked.add(userId);
        queue.push(userId);
        void next();
      }
    },
    /** Asks again, for presence. @param {string} userId */
    refresh: (userId) => fetchOne(userId),
  };
}
