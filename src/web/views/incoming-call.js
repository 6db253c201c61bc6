/** Somebody calls: who it is, and what one can do about it. Lies over everything, without taking the keyboard away. */
import { fill, h } from '../lib/dom.js';
import { icon } from '../lib/icons.js';
import { nameOf, titleOf } from '../state/selectors.js';
import { avatar } from './avatar.js';

/** @param {import('../page').App} app */
export function createIncomingCall(app) {
  /** @type {any} */
  let panel = null;
  let shown = '';

  function hide() {
    panel?.close();
    panel?.remove();
    panel = null;
    shown = '';
  }

  function show() {
    panel = h('dialog', { class: 'ring', role: 'alertdialog', 'aria-label': 'Incoming call' });
    panel.addEventListener('cancel', (/** @type {Event} */ event) => event.preventDefault());
    document.body.append(panel);
    // Under a modal dialog nothing could be pressed; without one the person goes on with what they were doing.
    if (document.querySelector('dialog:modal')) return panel.showModal();
    const focused = document.activeElement;
    panel.show();
    if (focused instanceof HTMLElement) focused.focus({ preventScroll: true });
  }

  function render() {
    const call = app.calls.incoming();
    if (!call) return panel && hide();
    const { state } = app.store;
    app.people.need([call.callerId]);
    const caller = state.users.get(call.callerId);
    const version = JSON.stringify([call.id, caller]);
    if (version === shown) return;
    if (!panel) show();
    shown = version;
    const name = nameOf(state, call.callerId);
    const chat = state.chats.get(call.chatId ?? '');
    const where = chat?.type === 'group' ? ` in ${titleOf(state, chat)}` : '';
    fill(
      panel,
      h(
        'div',
        { class: 'ring__who' },
        avatar({ id: call.callerId, name, avatarUrl: caller?.avatarUrl }),
        h(
          'div',
          { class: 'ring__text', role: 'alert' },
          h('strong', { class: 'ring__name' }, name),
          h('span', { class: 'ring__kind' }, `Incoming ${call.type} call${where}`),
        ),
      ),
      h(
        'div',
        { class: 'ring__actions' },
        action('hangUp', 'Decline', 'danger', app.calls.decline),
        action('video', 'Accept with video', 'plain', () => void app.guard(app.calls.accept(true))),
        action('phone', 'Accept', 'good', () => void app.guard(app.calls.accept(false))),
      ),
    );
  }

  return { render };
}

/** @param {string} name @param {string} label @param {string} kind @param {() => void} run */
function action(name, label, kind, run) {
  const props = { class: `ring__button ring__button--${kind}`, type: 'button', on: { click: run } };
  return h('button', props, icon(name), h('span', {}, label));
}
