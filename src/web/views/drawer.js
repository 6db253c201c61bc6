/** A panel that comes in from the side for details of a chat; covers the page on a phone. */
import { fill, h } from '../lib/dom.js';
import { iconButton } from './overlay.js';

/** @typedef {{ title: string, body: Node[], render?: () => void }} Panel */

export function createDrawer() {
  const title = h('h2', {});
  const body = h('div', { class: 'drawer__body' });
  const closer = iconButton('close', 'Close', close);
  const element = h(
    'aside',
    { class: 'drawer', hidden: true },
    h('header', { class: 'drawer__head' }, closer, title),
    body,
  );
  /** @type {Panel | null} */
  let panel = null;
  /** @type {HTMLElement | null} */
  let opener = null;

  function close() {
    if (element.hidden) return;
    element.hidden = true;
    panel = null;
    fill(body);
    if (opener?.isConnected) opener.focus({ preventScroll: true });
  }

  element.addEventListener('keydown', (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== 'Escape') return;
    // The same key must not go on to close the chat behind.
    event.stopPropagation();
    close();
  });
  return {
    element,
    close,
    isOpen: () => !element.hidden,
    render: () => panel?.render?.(),
    /** @param {Panel} next */
    open(next) {
      if (element.hidden) opener = /** @type {HTMLElement} */ (document.activeElement);
      panel = next;
      element.setAttribute('aria-label', next.title);
      title.textContent = next.title;
      fill(body, ...next.body);
      element.hidden = false;
      body.scrollTop = 0;
      next.render?.();
      const first = /** @type {HTMLElement | null} */ (body.querySelector('input') ?? closer);
      first?.focus({ preventScroll: true });
    },
  };
}
