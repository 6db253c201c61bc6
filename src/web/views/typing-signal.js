/** Tells the others that one is typing: at most every few seconds, and that it ended. */
const REPEAT_MS = 3000;
const IDLE_MS = 5000;

/** @param {import('../net/socket.js').Socket} socket */
export function createTypingSignal(socket) {
  /** @type {string | null} */
  let chatId = null;
  let toldAt = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let idle;

  function stop() {
    clearTimeout(idle);
    if (chatId) socket.hint('typing_stop', { chatId });
    chatId = null;
    toldAt = 0;
  }

  return {
    stop,
    /** A key was pressed. @param {string} id */
    touch(id) {
      chatId = id;
      clearTimeout(idle);
      idle = setTimeout(stop, IDLE_MS);
      if (Date.now() - toldAt < REPEAT_MS) return;
      toldAt = Date.now();
      socket.hint('typing_start', { chatId });
    },
  };
}
