/**
 * Everything the page knows, and the only place that changes it. Live events are hints: what they do not carry is
 * found by sync, which answers from each chat's last contiguous `rev` (`cursors`). Knows neither the page nor the network.
 */
import { markRead, putChat, putHistory, putUser, removeChat, renewMedia } from './mutations.js';
import { createEvents } from './store-events.js';
import { applySync } from './store-sync.js';

/** @typedef {import('../types').State} State */
/** @typedef {import('../types').Chat} Chat */
/** @typedef {import('../types').Message} Message */

/** @returns {State} */
export function emptyState() {
  return {
    me: null,
    users: new Map(),
    chats: new Map(),
    unread: new Map(),
    timelines: new Map(),
    outbox: [],
    watermarks: new Map(),
    typing: new Map(),
    stories: [],
    starred: new Set(),
    hidden: new Set(),
    contacts: new Set(),
    blocked: new Set(),
    cursors: {},
    userRev: undefined,
    connection: 'connecting',
    openChatId: null,
  };
}

/** @typedef {ReturnType<typeof createStore>} Store */

/** Makes an empty store; `subscribe` listeners hear of changes in one batch after the current task. */
export function createStore() {
  const state = emptyState();
  const listeners = new Set();
  let isQueued = false;

  function notify() {
    if (isQueued) return;
    isQueued = true;
    setTimeout(() => {
      isQueued = false;
      for (const listener of [...listeners]) listener();
    }, 0);
  }

  /** @param {(state: State) => unknown} change */
  function update(change) {
    const result = change(state);
    notify();
    return result;
  }

  return {
    state,
    update,
    ...createEvents(update),
    /** @param {() => void} listener @returns {() => void} the way to stop listening */
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    /** @param {import('../types').User[]} users */
    putUsers: (users) => update(() => users.forEach((user) => void putUser(state, user))),
    /** @param {Chat} chat */
    putChat: (chat) => update(() => putChat(state, chat)),
    /** @param {string} chatId */
    removeChat: (chatId) => update(() => removeChat(state, chatId)),
    /** A page of history, newest first. @param {string} chatId @param {Message[]} messages @param {number | null} nextCursor */
    putHistory: (chatId, messages, nextCursor) =>
      update(() => putHistory(state, chatId, messages, nextCursor)),
    /** @param {string} chatId @param {number} seq */
    markRead: (chatId, seq) => update(() => markRead(state, chatId, seq)),
    /** @param {import('../types').SyncAnswer} answer */
    applySync: (answer) => update(() => applySync(state, answer)),
    /** A file got fresh addresses. @param {{ id: string, url: string, thumbnailUrl: string | null }} media */
    renewMedia: (media) => update(() => renewMedia(state, media)),
    /** Forgets everything, for signing out. */
    reset: () => update(() => void Object.assign(state, emptyState())),
  };
}
