/** What lies over the page: dialogs, menus and short notices. All close with Esc and give the focus back. */
import { h } from '../lib/dom.js';
import { icon } from '../lib/icons.js';

const TOAST_MS = 5000;

/**
 * Opens a modal dialog and answers what closed it: the value a button gave, or undefined for Esc and the close button.
 * @param {string} title
 * @param {(close: (value?: any) => void) => Array<Node | false>} build makes the body
 * @returns {Promise<any>}
 */
export function openDialog(title, build) {
  return new Promise((resolve) => {
    /** @type {any} */
    let result;
    const close = (/** @type {any} */ value = undefined) => {
      result = value;
      dialog.close();
    };
    const dialog = h('dialog', { class: 'dialog', 'aria-label': title });
    const closer = iconButton('close', 'Close', () => close());
    dialog.append(h('header', { class: 'dialog__head' }, h('h2', {}, title), closer));
    dialog.append(h('div', { class: 'dialog__body' }, build(close)));
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(result);
    });
    dialog.addEventListener('click', (/** @type {Event} */ event) => event.target === dialog && close());
    document.body.append(dialog);
    dialog.showModal();
  });
}

/**
 * Asks before something that cannot be undone.
 * @param {string} title @param {string} text
 * @param {Array<{ label: string, value: any, kind?: 'danger' | 'primary' }>} choices
 */
export function ask(title, text, choices) {
  return openDialog(title, (close) => [
    h('p', { class: 'dialog__text' }, text),
    h(
      'div',
      { class: `dialog__actions ${choices.length > 1 ? 'is-stacked' : ''}` },
      h('button', { class: 'button', type: 'button', on: { click: () => close() } }, 'Cancel'),
      choices.map(({ label, value, kind = 'primary' }) =>
        h(
          'button',
          { class: `button button--${kind}`, type: 'button', on: { click: () => close(value) } },
          label,
        ),
      ),
    ),
  ]);
}

/** A round button with a name for screen readers. @param {string} name @param {string} label @param {(event: any) => void} onClick @param {object} [props] */
export function iconButton(name, label, onClick, props = {}) {
  return h(
    'button',
    {
      class: 'icon-button',
      type: 'button',
      'aria-label': label,
      title: label,
      on: { click: onClick },
      ...props,
    },
    icon(name),
  );
}

/** @type {(() => void) | null} */
let closeOpenMenu = null;

/** @typedef {{ label: string, icon: string, run: () => void, isDanger?: boolean } | false | null | undefined} MenuItem */

/**
 * Opens a menu at its button (or a point); arrow keys move, Esc and a click elsewhere close.
 * @param {{ anchor: HTMLElement, point?: { x: number, y: number }, label: string, items: MenuItem[], head?: HTMLElement | null }} options
 */
export function openMenu({ anchor, point, label, items, head = null }) {
  closeOpenMenu?.();
  const buttons = items.filter((item) => Boolean(item)).map((item) => menuButton(/** @type {any} */ (item)));
  const menu = h('div', { class: 'menu', role: 'menu', 'aria-label': label }, head, buttons);
  const close = () => {
    closeOpenMenu = null;
    menu.remove();
    document.removeEventListener('pointerdown', onOutside, true);
    removeEventListener('resize', close);
    if (anchor.isConnected) anchor.focus({ preventScroll: true });
  };
  const onOutside = (/** @type {Event} */ event) =>
    !menu.contains(/** @type {Node} */ (event.target)) && close();
  menu.addEventListener(
    'click',
    (/** @type {any} */ event) => event.target.closest('[data-closes]') && close(),
  );
  menu.addEventListener('keydown', (/** @type {KeyboardEvent} */ event) => onMenuKey(event, menu, close));
  document.addEventListener('pointerdown', onOutside, true);
  addEventListener('resize', close);
  document.body.append(menu);
  place(
    menu,
    point ? { left: point.x, right: point.x, top: point.y, bottom: point.y } : anchor.getBoundingClientRect(),
  );
  menu.querySelector('button')?.focus({ preventScroll: true });
  closeOpenMenu = close;
  return close;
}

/** @param {{ label: string, icon: string, run: () => void, isDanger?: boolean }} item */
function menuButton({ label, icon: name, run, isDanger = false }) {
  const props = {
    class: `menu__item ${isDanger ? 'is-danger' : ''}`,
    type: 'button',
    role: 'menuitem',
    dataset: { closes: '' },
  };
  const button = h('button', props, icon(name), label);
  // After the menu has closed and given the focus back, so that what opens next can take it.
  button.addEventListener('click', () => setTimeout(run, 0));
  return button;
}

/** @param {KeyboardEvent} event @param {HTMLElement} menu @param {() => void} close */
function onMenuKey(event, menu, close) {
  const buttons = [...menu.querySelectorAll('button')];
  const index = buttons.indexOf(/** @type {any} */ (document.activeElement));
  const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
  if (step !== undefined) buttons.at((index + step) % buttons.length)?.focus();
  else if (event.key === 'Escape' || event.key === 'Tab') close();
  else return;
  event.preventDefault();
  event.stopPropagation();
}

/** Beside its button and inside the window. @param {HTMLElement} element @param {{ left: number, right: number, top: number, bottom: number }} at */
function place(element, at) {
  const { width, height } = element.getBoundingClientRect();
  const left = at.left + width > innerWidth - 8 ? at.right - width : at.left;
  const top = at.bottom + height > innerHeight - 8 ? at.top - height - 4 : at.bottom + 4;
  element.style.left = `${Math.max(8, Math.min(left, innerWidth - width - 8))}px`;
  element.style.top = `${Math.max(8, Math.min(top, innerHeight - height - 8))}px`;
}

/** An open dialog lies over everything but what is shown after it. @param {HTMLElement} region */
function lift(region) {
  if (!('showPopover' in region)) return;
  region.popover = 'manual';
  if (region.matches(':popover-open')) region.hidePopover();
  region.showPopover();
}

/** A short notice that screen readers hear. @param {string} text */
export function toast(text) {
  const region = document.getElementById('toasts');
  const note = h('div', { class: 'toast' }, text);
  if (region) lift(region);
  region?.append(note);
  setTimeout(() => note.remove(), TOAST_MS);
}
