/** What waits for one: unread chats, requests, missed calls. Clearing puts a notice away and leaves the messages unread. */

import { pastCall } from '../lib/call-words.js';
import { fill, h } from '../lib/dom.js';
import { icon } from '../lib/icons.js';
import { listTime } from '../lib/time.js';
import { snippet } from '../lib/words.js';
import { nameOf, titleOf } from '../state/selectors.js';
import { avatar } from './avatar.js';
import { callChat } from './call-views.js';
import { iconButton } from './overlay.js';
import { personRow } from './person-row.js';

/** @typedef {import('../page').App} App */
/** @typedef {import('../types').Notice} Notice */

/** @param {App} app @returns {import('./drawer.js').Panel} */
export function noticesPanel(app) {
  const list = h('ul', { class: 'people', 'aria-label': 'Notices' });
  const note = h('p', { class: 'empty', role: 'status' }, 'Loading…');
  const clearAll = h(
    'button',
    { class: 'button button--wide', type: 'button', hidden: true, on: { click: () => clear(known) } },
    'Clear all',
  );
  const more = h(
    'button',
    { class: 'button button--wide', type: 'button', hidden: true, on: { click: () => void load() } },
    'Older notices',
  );
  /** @type {Notice[]} */
  let known = [];
  /** @type {string | null} */
  let cursor = null;
  let revision = '';
  let drawn = '';

  /** The next page; from the beginning when something changed. @param {boolean} [isAnew] */
  async function load(isAnew = false) {
    const page = await app.guard(app.notices.list(isAnew ? null : cursor));
    if (!page) return;
    known = isAnew ? page.notifications : [...known, ...page.notifications];
    cursor = page.nextCursor;
    app.people.need(known.flatMap(peopleIn));
    more.hidden = cursor === null;
    clearAll.hidden = chatsOf(known).length === 0;
    note.textContent = known.length === 0 ? 'Nothing waits for you.' : '';
    draw();
    await app.notices.viewRequests().catch(() => {});
  }

  function draw() {
    const { users, chats } = app.store.state;
    const version = JSON.stringify([
      known,
      known.flatMap(peopleIn).map((id) => users.get(id)?.name),
      chats.size,
    ]);
    if (version === drawn) return;
    drawn = version;
    fill(list, ...known.map((notice) => row(app, notice, () => clear([notice]))));
  }

  /** @param {Notice[]} notices */
  function clear(notices) {
    void app.guard(app.notices.clear(chatsOf(notices)));
  }

  return {
    title: 'Notices',
    body: [list, note, more, clearAll],
    render() {
      draw();
      const next = `${app.notices.revision()} ${app.contacts.revision()}`;
      if (next === revision) return;
      revision = next;
      void load(true);
    },
  };
}

/** Only chats can be cleared; a request waits for an answer. @param {Notice[]} notices */
function chatsOf(notices) {
  return notices.flatMap(({ chatId }) => chatId ?? []);
}

/** @param {Notice} notice */
function peopleIn({ lastMessage, call }) {
  return [...(lastMessage ? [lastMessage.senderId] : []), ...(call ? [call.callerId] : [])];
}

/** @param {App} app @param {Notice} notice @param {() => void} onClear */
function row(app, notice, onClear) {
  if (notice.type === 'contact_request' && notice.contact)
    return personRow(app, notice.contact.user, 'pending_incoming');
  const { state } = app.store;
  const chat = state.chats.get(notice.chatId ?? '');
  const title = chat ? titleOf(state, chat) : nameOf(state, notice.call?.callerId ?? '');
  const isCall = notice.type === 'missed_call';
  const isGroup = chat?.type === 'group';
  const callerId = notice.call?.callerId ?? '';
  const open = () =>
    notice.chatId ? app.openChat(notice.chatId) : void app.guard(app.openPrivate(callerId));
  return h(
    'li',
    { class: `person person--acts ${isCall ? 'past-call is-missed' : ''}` },
    h(
      'button',
      { class: 'person__main', type: 'button', on: { click: open } },
      avatar({
        id: (isGroup ? chat.id : callerId || notice.lastMessage?.senderId) ?? '',
        name: title,
        isGroup,
      }),
      h(
        'span',
        { class: 'person__text' },
        h(
          'span',
          { class: 'past-call__line' },
          h('span', { class: 'person__name' }, title),
          h('time', { class: 'found__time' }, listTime(notice.createdAt)),
        ),
        h('span', { class: 'person__sub' }, textOf(app, notice)),
      ),
      notice.count && h('span', { class: 'badge', 'aria-label': `${notice.count} new` }, notice.count),
    ),
    h(
      'span',
      { class: 'person__acts' },
      isCall &&
        chat &&
        iconButton('phone', `Call ${title} back`, () => callChat(app, chat.id, notice.call?.type ?? 'audio')),
      notice.chatId && iconButton('close', `Clear the notice of ${title}`, onClear),
    ),
  );
}

/** @param {App} app @param {Notice} notice */
function textOf({ store: { state } }, { lastMessage, call }) {
  if (call) return [icon('incoming'), pastCall(call, state.me?.id ?? '').text];
  return lastMessage ? snippet(state, lastMessage) : 'New messages';
}
