/** Tells when the page is not connected, and what to do about it. */
import { fill, h } from '../lib/dom.js';

/** A short break is not worth a word. */
const PATIENCE_MS = 1500;

/** @param {{ store: import('../state/store.js').Store, socket: import('../net/socket.js').Socket }} app */
export function createBanner({ store, socket }) {
  const element = h('div', { class: 'banner', role: 'status', hidden: true });
  let shown = '';
  let since = Date.now();
  let last = '';

  function render() {
    const { connection } = store.state;
    if (connection !== last) since = Date.now();
    last = connection;
    const isPatient = connection !== 'replaced' && Date.now() - since < PATIENCE_MS;
    if (isPatient && connection !== 'online') setTimeout(render, PATIENCE_MS);
    else show(connection);
  }

  /** @param {string} connection */
  function show(connection) {
    if (connection === shown) return;
    shown = connection;
    element.hidden = connection === 'online';
    if (connection === 'replaced') fill(element, 'Parley is open in another tab. ', useHere());
    else if (connection !== 'online')
      fill(element, 'Not connected. Messages you write are sent as soon as the connection is back.');
  }

  function useHere() {
    return h('button', { class: 'link', type: 'button', on: { click: () => socket.start() } }, 'Use it here');
  }

  return { element, render };
}
