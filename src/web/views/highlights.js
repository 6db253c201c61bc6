/** What somebody keeps of their stories, as a row of covers to open; nothing for who keeps none. */
import { fill, h } from '../lib/dom.js';
import { paint } from '../lib/story-look.js';
import { openStoryViewer } from './story-viewer.js';

/** @param {import('../page').App} app @param {import('../types').User} user */
export function highlightRow(app, user) {
  const element = h('section', { class: 'highlights', 'aria-label': 'Highlights', hidden: true });

  async function load() {
    const groups = await app.stories.highlights(user.id).catch(() => []);
    element.hidden = groups.length === 0;
    fill(element, h('h3', { class: 'stack__title' }, 'Highlights'));
    element.append(
      h(
        'ul',
        { class: 'stories__list' },
        groups.map((group) => cover(app, user, group)),
      ),
    );
  }

  void load();
  return element;
}

/** @param {import('../page').App} app @param {import('../types').User} user @param {{ title: string, stories: import('../types').Story[] }} group */
function cover(app, user, { title, stories }) {
  const name = title || 'Highlights';
  const [first] = stories;
  const disc = h('span', { class: 'highlights__disc' }, first?.type === 'text' ? initial(first.text) : '★');
  paint(disc, first?.background ?? null);
  const open = () => openStoryViewer(app, [{ user, stories, title: name }], { story: 0 });
  return h(
    'li',
    { class: 'stories__item' },
    h(
      'button',
      { class: 'stories__open', type: 'button', 'aria-label': `Highlight ${name}`, on: { click: open } },
      h('span', { class: 'stories__ring is-seen' }, disc),
      h('span', { class: 'stories__name' }, name),
    ),
  );
}

/** @param {string | null} text */
function initial(text) {
  return Array.from(text?.trim() ?? '')[0] ?? '';
}
