/**
 * Messages on their way. Each keeps its `tempId` until the server acknowledged it, through lost connections and
 * reloads; the server makes one message of it however often it is sent.
 */
import { randomId } from '../lib/ids.js';
import { ApiError } from './http.js';

const RETRY_MS = 2000;
/** Refusals that pass by themselves; anything else needs a decision of the person. */
const TEMPORARY = new Set(['network', 'rate_limited', 'unavailable', 'internal', 'unauthenticated']);

/** @typedef {ReturnType<typeof createOutbox>} Outbox */

/**
 * @param {{ store: import('../state/store.js').Store, socket: import('./socket.js').Socket, storage?: Storage }} options
 */
export function createOutbox({ store, socket, storage = localStorage }) {
  const inFlight = new Set();
  const key = () => `parley.outbox.${store.state.me?.id}`;

  function persist() {
    if (store.state.outbox.length === 0) storage.removeItem(key());
    else storage.setItem(key(), JSON.stringify(store.state.outbox));
  }

  /** @param {string} tempId @param {Partial<import('../types').Outgoing> | null} change null removes it */
  function change(tempId, change) {
    store.update((state) => {
      state.outbox = state.outbox.flatMap((entry) => {
        if (entry.tempId !== tempId) return [entry];
        return change ? [{ ...entry, ...change }] : [];
      });
    });
    persist();
  }

  /** @param {import('../types').Outgoing} entry */
  async function deliver(entry) {
    if (inFlight.has(entry.tempId) || entry.error || entry.upload || !socket.isConnected()) return;
    inFlight.add(entry.tempId);
    const { tempId, chatId, content, replyTo } = entry;
    try {
      const payload = { tempId, chatId, content, ...(replyTo && { replyTo: replyTo.id }) };
      const { message } = await socket.request('send_message', payload);
      store.receiveMessage({ ...message, tempId });
      change(tempId, null);
    } catch (error) {
      onRefused(tempId, error);
    } finally {
      inFlight.delete(tempId);
    }
  }

  /** @param {string} tempId @param {unknown} error */
  function onRefused(tempId, error) {
    if (!(error instanceof ApiError)) throw error;
    if (!TEMPORARY.has(error.code)) change(tempId, { error: error.message, errorCode: error.code });
    else setTimeout(flush, (error.retryAfterSeconds ?? 0) * 1000 || RETRY_MS);
  }

  /** @param {import('../types').Outgoing} entry */
  function add(entry) {
    store.update((state) => void state.outbox.push(entry));
    persist();
    void deliver(entry);
  }

  function flush() {
    for (const entry of store.state.outbox) void deliver(entry);
  }

  return {
    flush,
    /** Puts a message in; one whose file is still to be uploaded (`upload`) waits until that is changed. */
    add,
    change,
    forget: () => storage.removeItem(key()),
    /** Reads what an earlier page load left behind. */
    restore() {
      try {
        const kept = JSON.parse(storage.getItem(key()) ?? '[]');
        store.update((state) => Object.assign(state, { outbox: kept }));
      } catch {
        storage.removeItem(key());
      }
    },
    /** Shows the message at once and sends it. @param {string} chatId @param {import('../types').Content} content @param {import('../types').Message['replyTo']} [replyTo] */
    send(chatId, content, replyTo = null) {
      add({ tempId: randomId(), chatId, content, replyTo, createdAt: new Date().toISOString() });
    },
    /** @param {string} tempId */
    discard: (tempId) => change(tempId, null),
  };
}
