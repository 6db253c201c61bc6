/** Under the chats that match: people and messages the server finds. */
import { fill, h } from '../lib/dom.js';
import { listTime } from '../lib/time.js';
import { snippet } from '../lib/words.js';
import { nameOf, partnerId, titleOf } from '../state/selectors.js';
import { avatar } from './avatar.js';
import { iconButton } from './overlay.js';

const DELAY_MS = 250;

/** @param {import('../page').App} app */
export function createSearchResults(app) {
  const element = h('div', { class: 'results', 'aria-live': 'polite' });
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let query = '';

  /** @param {string} text */
  function search(text) {
    query = text.trim();
    clearTimeout(timer);
    fill(element);
    app.renderList();
    if (query.length < 2) return;
    timer = setTimeout(() => void app.guard(ask(query)), DELAY_MS);
  }

  /** People one has a chat with stand among the chats already. @param {string} userId */
  function isListed(userId) {
    return [...app.store.state.chats.values()].some((chat) => partnerId(app.store.state, chat) === userId);
  }

  /** @param {string} asked */
  async function ask(asked) {
    const [people, found] = await Promise.all([
      app.actions.searchPeople(asked),
      app.actions.searchMessages(asked),
    ]);
    if (asked !== query) return;
    const others = people.filter((user) => user.id !== app.store.state.me?.id && !isListed(user.id));
    fill(
      element,
      section(
        'People',
        others.map((user) => personRow(app, user)),
      ),
      messagesSection(app, found.messages),
    );
    if (others.length + found.messages.length === 0 && people.length === 0)
      fill(element, h('p', { class: 'empty' }, 'Nothing else found.'));
  }

  return { element, search, render() {} };
}

/** @param {string} title @param {Node[]} rows */
function section(title, rows) {
  return (
    rows.length > 0 &&
    h('section', {}, h('h2', { class: 'results__title' }, title), h('ul', { class: 'people' }, rows))
  );
}

/** @param {import('../page').App} app @param {import('../types').User} user */
function personRow(app, user) {
  const open = () => void app.guard(app.openPrivate(user.id));
  return h(
    'li',
    { class: 'person' },
    h(
      'button',
      { class: 'person__main', type: 'button', on: { click: open } },
      avatar({ ...user, isOnline: user.online }),
      h(
        'span',
        { class: 'person__text' },
        h('span', { class: 'person__name' }, user.name),
        h('span', { class: 'person__sub' }, user.username ? `@${user.username}` : (user.bio ?? '')),
      ),
    ),
    !app.store.state.contacts.has(user.id) &&
      iconButton('addPerson', `Add ${user.name} to contacts`, (event) => {
        event.currentTarget.remove();
        void app.guard(app.actions.addContact(user.id), 'Added to your contacts.');
      }),
  );
}

/** @param {import('../page').App} app @param {import('../types').Message[]} messages */
function messagesSection(app, messages) {
  const { state } = app.store;
  app.people.need(messages.map((message) => message.senderId));
  const rows = messages.flatMap((message) => {
    const chat = state.chats.get(message.chatId);
    return chat
      ? [
          foundMessage(
            message,
            titleOf(state, chat),
            nameOf(state, message.senderId),
            snippet(state, message),
            () => void app.jumpTo(message),
          ),
        ]
      : [];
  });
  return section('Messages', rows);
}

/** @param {import('../types').Message} message @param {string} title @param {string} sender @param {string} text @param {() => void} open */
export function foundMessage(message, title, sender, text, open) {
  return h(
    'li',
    { class: 'found' },
    h(
      'button',
      { class: 'found__main', type: 'button', on: { click: open } },
      h('span', { class: 'found__title' }, title),
      h('time', { class: 'found__time' }, listTime(message.createdAt)),
      h('span', { class: 'found__text' }, `${sender}: ${text}`),
    ),
  );
}
