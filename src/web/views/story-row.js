/** The stories above the chats: one's own first, then those of others, with a ring around what is new. */
import { h, reconcile } from '../lib/dom.js';
import { icon } from '../lib/icons.js';
import { othersStories, ownStories } from '../state/stories.js';
import { avatar } from './avatar.js';
import { openStoryCompose } from './story-compose.js';
import { openStoryViewer } from './story-viewer.js';

/** @typedef {import('../types').FeedEntry} FeedEntry */

/** @param {import('../page').App} app */
export function createStoryRow(app) {
  const { state } = app.store;
  const list = h('ul', { class: 'stories__list' });
  const element = h('section', { class: 'stories', 'aria-label': 'Stories' }, list);

  function render() {
    const own = ownStories(state);
    const others = othersStories(state);
    /** @type {Array<{ id: string, entry: FeedEntry | undefined }>} */
    const items = [{ id: 'own', entry: own }, ...others.map((entry) => ({ id: entry.user.id, entry }))];
    reconcile(list, items, {
      key: ({ id }) => id,
      version: ({ entry }) => JSON.stringify([entry ?? '', state.me?.name, state.me?.avatarUrl]),
      create: ({ id, entry }) => (id === 'own' ? ownItem(app, entry) : otherItem(app, entry)),
    });
  }

  return { element, render };
}

/** @param {import('../page').App} app @param {FeedEntry | undefined} entry */
function ownItem(app, entry) {
  const { id = '', name = '', avatarUrl } = app.store.state.me ?? {};
  const compose = () => void openStoryCompose(app);
  const picture = ring(avatar({ id, name, avatarUrl }), entry);
  const count = entry?.stories.length ?? 0;
  const label = count > 0 ? `My story, ${countText(count)}` : 'Add to my story';
  const open = () => (entry ? openStoryViewer(app, [entry], { story: 0 }) : compose());
  return h(
    'li',
    { class: 'stories__item' },
    openButton({ label, picture, name: 'My story', open }),
    h(
      'button',
      {
        class: 'stories__add',
        type: 'button',
        'aria-label': 'New story',
        title: 'New story',
        'data-focus': 'add',
        on: { click: compose },
      },
      icon('plus'),
    ),
  );
}

/** @param {import('../page').App} app @param {FeedEntry | undefined} entry */
function otherItem(app, entry) {
  if (!entry) return h('li', {});
  const { user, stories, allViewed } = entry;
  const label = `${user.name}, ${countText(stories.length)}${allViewed ? '' : ', new'}`;
  return h(
    'li',
    { class: 'stories__item' },
    openButton({
      label,
      picture: ring(avatar({ ...user, isOnline: false }), entry),
      name: user.name,
      open: () => openFrom(app, user.id),
    }),
  );
}

/** @param {{ label: string, picture: HTMLElement, name: string, open: () => void }} options */
function openButton({ label, picture, name, open }) {
  return h(
    'button',
    {
      class: 'stories__open',
      type: 'button',
      'aria-label': label,
      'data-focus': 'open',
      on: { click: open },
    },
    picture,
    h('span', { class: 'stories__name' }, name),
  );
}

/** From this person on through all that come after. @param {import('../page').App} app @param {string} userId */
function openFrom(app, userId) {
  const lists = othersStories(app.store.state);
  const from = lists.findIndex(({ user }) => user.id === userId);
  if (from >= 0) openStoryViewer(app, lists.slice(from));
}

/** @param {HTMLElement} picture @param {FeedEntry | undefined} entry */
function ring(picture, entry) {
  const look = entry ? (entry.allViewed ? 'is-seen' : 'is-new') : '';
  return h('span', { class: `stories__ring ${look}` }, picture);
}

/** @param {number} count */
function countText(count) {
  return count === 1 ? '1 story' : `${count} stories`;
}
