/** Who has seen one's story, and what they thought of it. */
import { h } from '../lib/dom.js';
import { listTime } from '../lib/time.js';
import { avatar } from './avatar.js';
import { openDialog } from './overlay.js';

/** @param {import('../page').App} app @param {import('../types').Story} story */
export function openStoryViews(app, story) {
  const list = h('ul', { class: 'people', 'aria-label': 'Seen by' });
  const note = h('p', { class: 'empty', role: 'status' }, 'Loading…');
  const more = h(
    'button',
    { class: 'button button--wide', type: 'button', hidden: true, on: { click: () => void load() } },
    'More',
  );
  /** @type {string | null} */
  let cursor = null;

  async function load() {
    const page = await app.guard(app.stories.views(story.id, cursor));
    if (!page) return;
    list.append(...page.views.map(viewRow));
    cursor = page.nextCursor;
    more.hidden = cursor === null;
    note.textContent = page.count === 0 ? 'Nobody has seen it yet.' : '';
    note.hidden = page.count > 0;
  }

  void load();
  return openDialog('Seen by', () => [note, list, more]);
}

/** @param {{ user: import('../types').User, viewedAt: string, reaction: string | null }} view */
function viewRow({ user, viewedAt, reaction }) {
  return h(
    'li',
    { class: 'person' },
    h(
      'span',
      { class: 'person__main' },
      avatar({ ...user, isOnline: user.online }),
      h(
        'span',
        { class: 'person__text' },
        h('span', { class: 'person__name' }, user.name),
        h('time', { class: 'person__sub' }, listTime(viewedAt)),
      ),
      reaction && h('span', { class: 'person__reaction' }, reaction),
    ),
  );
}
