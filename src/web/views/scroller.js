/** A scroll area that stays at its end while new rows come, and in place while older ones are put on top. */
import { h, setText } from '../lib/dom.js';
import { icon } from '../lib/icons.js';

const NEAR_PX = 60;
const TOP_PX = 400;

/** @param {{ content: HTMLElement[], onTop: () => void, onEnd: () => void }} options */
export function createScroller({ content, onTop, onEnd }) {
  const area = h('div', { class: 'messages', tabIndex: 0 }, content);
  const waiting = h('span', { class: 'badge', hidden: true });
  const down = h(
    'button',
    { class: 'to-end', type: 'button', 'aria-label': 'Go to the newest message', hidden: true },
    icon('down'),
    waiting,
  );
  const element = h('div', { class: 'messages-frame' }, area, down);

  const self = {
    element,
    /** New rows keep the end in view, because the person is there. */
    isPinned: true,
    isAtEnd: () => area.scrollHeight - area.scrollTop - area.clientHeight < NEAR_PX,
    toEnd() {
      area.scrollTop = area.scrollHeight;
      self.isPinned = true;
      update();
    },
    /** First look at a chat: the unread line if there is one, else the end. @param {Element | null} line */
    settle(line) {
      area.scrollTop = area.scrollHeight;
      if (line) area.scrollTop = Math.max(0, /** @type {HTMLElement} */ (line).offsetTop - 80);
      self.isPinned = self.isAtEnd();
      update();
    },
    /** @param {Element | null} row */
    show(row) {
      self.isPinned = false;
      row?.scrollIntoView({ block: 'center' });
      update();
    },
    /** Changes the rows without moving what the person looks at. @param {() => void} change */
    keep(change) {
      const anchor = firstVisible(area);
      const before = anchor?.getBoundingClientRect().top ?? 0;
      change();
      if (self.isPinned) area.scrollTop = area.scrollHeight;
      else if (anchor?.isConnected) area.scrollTop += anchor.getBoundingClientRect().top - before;
      update();
    },
    /** @param {number} count */
    setWaiting(count) {
      waiting.hidden = count === 0;
      setText(waiting, String(count));
    },
  };

  function update() {
    const isAtEnd = self.isAtEnd();
    down.hidden = isAtEnd;
    if (isAtEnd) onEnd();
    if (area.scrollTop < TOP_PX && !element.closest('[hidden]')) onTop();
  }

  area.addEventListener('scroll', () => {
    self.isPinned = self.isAtEnd();
    update();
  });
  down.addEventListener('click', self.toEnd);
  // A keyboard on a phone or a growing composer must not cover the newest message.
  new ResizeObserver(() => {
    if (self.isPinned) area.scrollTop = area.scrollHeight;
  }).observe(area);
  return self;
}

/** @param {HTMLElement} area */
function firstVisible(area) {
  const top = area.getBoundingClientRect().top;
  const rows = area.querySelectorAll('[data-row]');
  for (const row of rows) if (row.getBoundingClientRect().bottom > top) return row;
  return null;
}
