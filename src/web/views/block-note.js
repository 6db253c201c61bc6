/** Stands where one would write, in a chat with somebody one has blocked. */
import { fill, h } from '../lib/dom.js';
import { isBlocked, partnerId, titleOf } from '../state/selectors.js';

/** @param {import('../page').App} app */
export function createBlockNote(app) {
  const { state } = app.store;
  const element = h('p', { class: 'block-note', role: 'status', hidden: true });
  let shown = '';
  return {
    element,
    /** @param {import('../types').Chat} chat */
    render(chat) {
      element.hidden = !isBlocked(state, chat);
      const name = titleOf(state, chat);
      if (element.hidden || shown === chat.id + name) return;
      shown = chat.id + name;
      const unblock = () => void app.guard(app.contacts.unblock(partnerId(state, chat) ?? ''));
      fill(
        element,
        `You blocked ${name}. `,
        h('button', { class: 'link', type: 'button', on: { click: unblock } }, 'Unblock'),
      );
    },
  };
}
