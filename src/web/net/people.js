/** Names and presence of people, fetched when somebody is shown for the first time, few at a time, kept for the next visit. */
import { ownFile } from '../lib/media-url.js';

const CACHE_KEY = 'parley.people';
const MAX_KEPT = 500;
const PARALLEL = 4;
const FRESH_MS = 10 * 60_000;

/** @typedef {ReturnType<typeof createPeople>} People */

/** @param {{ store: import('../state/store.js').Store, api: import('./api.js').Api, storage?: Storage }} options */
export function createPeople({ store, api, storage = localStorage }) {
  /** Asked for since the page was loaded, so that nobody is asked for again and again. */
  const asked = new Set();
  /** When each name was last told by the server. @type {Map<string, number>} */
  const freshAt = new Map();
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
      freshAt.set(user.id, Date.now());
      keep();
    } catch {
      // An erased account stays without a name; after a lost connection the next visit asks again.
    }
  }

  function keep() {
    const people = [...store.state.users.values()].slice(-MAX_KEPT);
    const kept = people.map(({ id, name, username, avatarUrl }) => ({
      id,
      name,
      username,
      // A signed address would be over at the next visit.
      avatarUrl: ownFile(avatarUrl) ? null : avatarUrl,
      at: freshAt.get(id),
    }));
    storage.setItem(CACHE_KEY, JSON.stringify(kept));
  }

  return {
    /** Shows names from the last visit. */
    restore() {
      try {
        const kept = JSON.parse(storage.getItem(CACHE_KEY) ?? '[]');
        for (const { at, ...user } of kept) {
          freshAt.set(user.id, at ?? 0);
          store.putUsers([user]);
        }
      } catch {
        storage.removeItem(CACHE_KEY);
      }
    },
    forget: () => storage.removeItem(CACHE_KEY),
    /**
     * Makes sure that these people are known, or become so; with `isPresenceShown` asked for at each visit, else only
     * when what is known is some minutes old.
     * @param {Iterable<string>} userIds @param {boolean} [isPresenceShown]
     */
    need(userIds, isPresenceShown = false) {
      for (const userId of userIds) {
        const isFresh = !isPresenceShown && Date.now() - (freshAt.get(userId) ?? 0) < FRESH_MS;
        if (isFresh || asked.has(userId) || userId === store.state.me?.id) continue;
        asked.add(userId);
        queue.push(userId);
        void next();
      }
    },
    /** Asks again, for presence. @param {string} userId */
    refresh: (userId) => fetchOne(userId),
  };
}
