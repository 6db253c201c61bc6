/**
 * Messages whose file is not with the server yet. They stand in the outbox with their text from the first moment; a file that
 * fails costs neither the text nor the file. Once the file is there, the message goes the way of all others.
 */
import { randomId } from '../lib/ids.js';
import { ApiError } from './http.js';

const RETRY_MS = 3000;
/** After so many failures in a row the person decides, as the file itself may be why. */
const MAX_TRIES = 5;
/** Chats that send at the same time; the files of one chat go one after another, in the order they were picked. */
const PARALLEL = 3;
const TEMPORARY = new Set(['network', 'rate_limited', 'unavailable', 'internal', 'unauthenticated']);

/** @typedef {ReturnType<typeof createFileOutbox>} FileOutbox */
/** @typedef {import('../types').Outgoing} Outgoing */

/**
 * @param {{
 *   store: import('../state/store.js').Store,
 *   socket: import('./socket.js').Socket,
 *   outbox: import('./outbox.js').Outbox,
 *   uploader: import('./upload.js').Uploader,
 *   shelf: import('./file-shelf.js').FileShelf,
 *   previews: import('../lib/previews.js').Previews,
 *   onProgress: (tempId: string, fraction: number) => void,
 * }} parts
 */
export function createFileOutbox({ store, socket, outbox, uploader, shelf, previews, onProgress }) {
  /** @type {Map<string, { chatId: string, controller: AbortController, fraction: number }>} */
  const active = new Map();
  /** @type {Map<string, Blob>} */
  const files = new Map();
  /** @type {Map<string, number>} */
  const tries = new Map();

  /** Starts what may start now. */
  function run() {
    for (const entry of store.state.outbox) {
      const isChatBusy = [...active.values()].some(({ chatId }) => chatId === entry.chatId);
      if (!entry.upload || entry.error || isChatBusy || active.size >= PARALLEL) continue;
      if (socket.isConnected()) void start(entry);
    }
  }

  /** @param {Outgoing} entry */
  async function start({ tempId, chatId, content }) {
    const controller = new AbortController();
    active.set(tempId, { chatId, controller, fraction: 0 });
    try {
      const file = await fileOf(tempId);
      if (!file) throw new ApiError('gone', 'The file is not at hand any more, please pick it again');
      const { media } = await uploader.send(file, {
        name: content.name,
        signal: controller.signal,
        onProgress: (fraction) => progress(tempId, fraction),
      });
      previews.keep(tempId, media.id);
      outbox.change(tempId, { content: sentContent(content, media), upload: false });
      outbox.flush();
    } catch (error) {
      onFailed(tempId, error);
    } finally {
      active.delete(tempId);
      run();
    }
  }

  /** @param {string} tempId @param {number} fraction */
  function progress(tempId, fraction) {
    const upload = active.get(tempId);
    if (upload) upload.fraction = fraction;
    onProgress(tempId, fraction);
  }

  /** @param {string} tempId @param {unknown} error */
  function onFailed(tempId, error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.code === 'cancelled') return;
    const tried = (tries.get(tempId) ?? 0) + 1;
    tries.set(tempId, tried);
    const isPassing = TEMPORARY.has(error.code) && (tried < MAX_TRIES || !socket.isConnected());
    // It starts again from its beginning.
    onProgress(tempId, 0);
    if (isPassing) setTimeout(run, (error.retryAfterSeconds ?? 0) * 1000 || RETRY_MS);
    else outbox.change(tempId, { error: error.message });
  }

  /** @param {string} tempId */
  async function fileOf(tempId) {
    const file = files.get(tempId) ?? (await shelf.get(tempId));
    if (file) files.set(tempId, file);
    return file;
  }

  /** Files of messages that were sent or given up. */
  function sweep() {
    if (files.size === 0) return;
    const waiting = new Set(store.state.outbox.map((entry) => entry.tempId));
    for (const tempId of files.keys()) {
      if (waiting.has(tempId)) continue;
      active.get(tempId)?.controller.abort();
      files.delete(tempId);
      tries.delete(tempId);
      previews.drop(tempId);
      void shelf.remove(tempId);
    }
  }

  store.subscribe(sweep);

  return {
    run,
    /** How much of a file has gone, 0 to 1. @param {string} tempId */
    fraction: (tempId) => active.get(tempId)?.fraction ?? 0,
    /**
     * Shows the message at once and sends its file, then it.
     * @param {string} chatId @param {Blob} file @param {import('../types').Content} content with what is known already
     * @param {import('../types').Message['replyTo']} [replyTo]
     */
    send(chatId, file, content, replyTo = null) {
      const tempId = randomId();
      files.set(tempId, file);
      previews.show(tempId, file);
      void shelf.put(tempId, file);
      outbox.add({ tempId, chatId, content, replyTo, createdAt: new Date().toISOString(), upload: true });
      run();
    },
    /** @param {Outgoing} entry */
    retry({ tempId, upload, errorCode }) {
      tries.delete(tempId);
      // The server knows the file no more: it was uploaded too long ago.
      const isStale = !upload && errorCode === 'validation_failed' && files.has(tempId);
      outbox.change(tempId, { error: null, errorCode: null, ...(isStale && { upload: true }) });
      run();
      outbox.flush();
    },
    /** Reads back what an earlier page load left, and shows it again. */
    async restore() {
      const waiting = store.state.outbox.filter((entry) => entry.upload !== undefined);
      await shelf.keepOnly(new Set(waiting.map((entry) => entry.tempId)));
      for (const { tempId } of waiting) {
        const file = await fileOf(tempId);
        if (file) previews.show(tempId, file);
      }
      store.update(() => {});
      run();
    },
    stop() {
      for (const { controller } of active.values()) controller.abort();
    },
    forget: () => shelf.clear(),
  };
}

/** What the message says of its file; the server adds what it knows. @param {import('../types').Content} content @param {any} media */
function sentContent({ type, caption, name }, media) {
  return { type: type === 'document' ? type : media.kind, mediaId: media.id, caption, name };
}
