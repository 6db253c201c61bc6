/** Brings the store to the server's state: on every connect, and whenever a live event shows that one before it was missed. */

const PAGE = 500;
const HINT_DELAY_MS = 400;
const RETRY_MS = 3000;

/** @typedef {ReturnType<typeof createSync>} Sync */

/**
 * @param {{
 *   store: import('../state/store.js').Store,
 *   socket: import('./socket.js').Socket,
 *   onDone: () => void,
 * }} options `onDone` is called whenever the store has caught up
 */
export function createSync({ store, socket, onDone }) {
  /** @type {Promise<void> | null} */
  let running = null;
  let isDueAgain = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  async function pull() {
    let isComplete = false;
    while (!isComplete) {
      const { cursors, userRev } = store.state;
      const answer = await socket.request('sync:request', { cursors: { ...cursors }, userRev, limit: PAGE });
      store.applySync(answer);
      isComplete = answer.complete !== false;
    }
    onDone();
  }

  /** Runs now; a call while one runs makes one more run after it. */
  function run() {
    clearTimeout(timer);
    timer = undefined;
    if (running !== null) {
      isDueAgain = true;
      return running;
    }
    running = pull()
      .catch(() => {
        if (socket.isConnected()) schedule(RETRY_MS);
      })
      .finally(() => {
        running = null;
        if (isDueAgain) schedule(0);
        isDueAgain = false;
      });
    return running;
  }

  /** Runs soon; many hints make one run. @param {number} [delayMs] */
  function schedule(delayMs = HINT_DELAY_MS) {
    timer ??= setTimeout(run, delayMs);
  }

  return { run, schedule };
}
