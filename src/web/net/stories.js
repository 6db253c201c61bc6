/** Stories: the feed in the store, and what a person does with them. Live events are hints: after each the feed is read anew. */
import { randomId } from '../lib/ids.js';
import { ApiError } from './http.js';

const PAGE = 100;
const MAX_PAGES = 5;
/** Several stories or views at once are read together. */
const SOON_MS = 300;

/** @typedef {ReturnType<typeof createStories>} Stories */
/** @typedef {import('../types').Story} Story */
/** @typedef {{ audience: string, userIds?: string[] }} Privacy */

/**
 * @param {{
 *   store: import('../state/store.js').Store,
 *   api: import('./api.js').Api,
 *   socket: import('./socket.js').Socket,
 *   uploader: import('./upload.js').Uploader,
 *   onReaction: (name: string, emoji: string) => void,
 * }} parts
 */
export function createStories({ store, api, socket, uploader, onReaction }) {
  const at = encodeURIComponent;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let isReading = false;
  let isAgain = false;

  /** All of the feed; who is known to be in it stays until the whole answer is there. */
  async function load() {
    if (isReading) {
      isAgain = true;
      return;
    }
    isReading = true;
    try {
      const feed = await readAll();
      store.update((state) => {
        state.stories = feed;
      });
      store.putUsers(feed.map(({ user }) => user));
    } finally {
      isReading = false;
      if (isAgain) {
        isAgain = false;
        refreshSoon();
      }
    }
  }

  async function readAll() {
    /** @type {Map<string, import('../types').FeedEntry>} */
    const feed = new Map();
    /** @type {string | null} */
    let cursor = null;
    for (let page = 0; page < MAX_PAGES; page += 1) {
      const answer = await api.get('/api/stories', { limit: PAGE, cursor });
      for (const entry of answer.feed) feed.set(entry.user.id, entry);
      cursor = answer.nextCursor;
      if (cursor === null) break;
    }
    return [...feed.values()];
  }

  function refreshSoon() {
    clearTimeout(timer);
    timer = setTimeout(() => void load().catch(() => {}), SOON_MS);
  }

  socket.on('story_new', refreshSoon);
  socket.on('story_viewed', refreshSoon);
  socket.on('story_reaction', ({ user, emoji }) => {
    if (emoji) onReaction(user.name, emoji);
  });

  /** @param {Story} story */
  function noteViewed(story) {
    store.update((state) => {
      state.stories = state.stories.map((entry) => {
        if (entry.user.id !== story.userId) return entry;
        const stories = entry.stories.map((other) =>
          other.id === story.id ? { ...other, viewed: true } : other,
        );
        return { ...entry, stories, allViewed: stories.every(({ viewed }) => viewed) };
      });
    });
  }

  return {
    load,
    refreshSoon,
    stop: () => clearTimeout(timer),

    /**
     * Uploads the file, if there is one, and posts. A lost answer does no harm: the same story is asked for again.
     * @param {{ type: string, text?: string, background?: string, caption?: string, privacy: Privacy }} story
     * @param {{ file: File | null, onProgress?: (fraction: number) => void, signal?: AbortSignal }} options
     */
    async post(story, { file, onProgress, signal }) {
      const { media } = file ? await uploader.send(file, { onProgress, signal }) : { media: null };
      if (media && media.kind !== 'image' && media.kind !== 'video')
        throw new ApiError('unsupported_media_type', 'Only photos and videos can be shown.');
      const body = { ...story, tempId: randomId(), ...(media && { type: media.kind, mediaId: media.id }) };
      await api.post('/api/stories', body).catch((error) => {
        if (error instanceof ApiError && error.code === 'network') return api.post('/api/stories', body);
        throw error;
      });
      await load();
    },

    /** Only what was looked at for the first time is told. @param {Story} story */
    async view(story) {
      if (story.viewed) return;
      noteViewed(story);
      await api.post(`/api/stories/${at(story.id)}/view`).catch(() => {});
    },

    /** A story as it is now, with an address that is good for a while. @param {string} storyId @returns {Promise<Story>} */
    get: async (storyId) => (await api.get(`/api/stories/${at(storyId)}`)).story,
    /** @param {string} storyId @param {string} emoji */
    react: (storyId, emoji) => api.post(`/api/stories/${at(storyId)}/react`, { emoji }),
    /** @param {string} storyId @param {string | null} cursor */
    views: (storyId, cursor) => api.get(`/api/stories/${at(storyId)}/views`, { cursor }),

    /** @param {string} storyId */
    async remove(storyId) {
      await api.del(`/api/stories/${at(storyId)}`);
      await load();
    },

    /** @param {string} storyId @param {string} title */
    async keep(storyId, title) {
      await api.post(`/api/stories/${at(storyId)}/highlight`, { title });
      await load();
    },

    /** @param {string} storyId */
    async letGo(storyId) {
      await api.del(`/api/stories/${at(storyId)}/highlight`);
      await load();
    },

    /** @param {string} userId @returns {Promise<Array<{ title: string, stories: Story[] }>>} */
    highlights: async (userId) => (await api.get(`/api/stories/highlights/${at(userId)}`)).highlights,
  };
}
