/** What calls put on the page: the ring and the call itself; and the person is asked before a call is lost by leaving. */
import { partnerId } from '../state/selectors.js';
import { createCallPanel } from './call-panel.js';
import { createIncomingCall } from './incoming-call.js';

/** @typedef {import('../page').App} App */

/** @param {App} app */
export function createCallViews(app) {
  const panel = createCallPanel(app);
  const ring = createIncomingCall(app);

  /** @param {Event} event */
  function onLeaving(event) {
    const current = app.calls.current();
    if (current && current.phase !== 'ended') event.preventDefault();
  }

  return {
    element: panel.element,
    render() {
      panel.render();
      ring.render();
    },
    start() {
      addEventListener('beforeunload', onLeaving);
      addEventListener('pagehide', app.calls.stop);
    },
    stop() {
      app.calls.stop();
      removeEventListener('beforeunload', onLeaving);
      removeEventListener('pagehide', app.calls.stop);
    },
  };
}

/** Calls the people of a chat. @param {App} app @param {string} chatId @param {import('../types').Call['type']} type */
export function callChat(app, chatId, type) {
  const { state } = app.store;
  const chat = state.chats.get(chatId);
  if (!chat) return;
  const userId = partnerId(state, chat) ?? undefined;
  void app.guard(app.calls.start({ chatId, userId, isGroup: chat.type === 'group', type }));
}
