/** Which chat is open stands in the address (`#chat=ID`), so that the browser's back button works, on phones above all. */

/** @returns {string | null} */
export function chatIdInAddress() {
  return /^#chat=([0-9a-zA-Z_-]+)$/.exec(location.hash)?.[1] ?? null;
}

/** The token of an invite link, taken out of the address so that a reload does not ask again. @returns {string | null} */
export function takeInvite() {
  const token = /^#join=([\w-]+)$/.exec(location.hash)?.[1];
  if (!token) return null;
  history.replaceState(null, '', location.pathname + location.search);
  return token;
}

/** @param {(chatId: string | null) => void} onChange */
export function createRouter(onChange) {
  let isStarted = false;
  const follow = () => onChange(chatIdInAddress());
  const leave = () => {
    history.replaceState(null, '', location.pathname + location.search);
    follow();
  };
  return {
    isStarted: () => isStarted,
    start() {
      isStarted = true;
      addEventListener('popstate', follow);
      follow();
    },
    stop() {
      isStarted = false;
      removeEventListener('popstate', follow);
      history.replaceState(null, '', location.pathname + location.search);
    },
    /** @param {string} chatId */
    open(chatId) {
      const address = `#chat=${chatId}`;
      if (chatIdInAddress() === null) history.pushState({ isFromList: true }, '', address);
      else history.replaceState(history.state, '', address);
      follow();
    },
    /** Back to the list, by the same step the browser's back button takes. */
    close() {
      if (history.state?.isFromList) history.back();
      else leave();
    },
    leave,
  };
}
