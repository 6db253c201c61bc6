/** The calls of the past, the newest first. */

import { pastCall } from '../lib/call-words.js';
import { fill, h } from '../lib/dom.js';
import { icon } from '../lib/icons.js';
import { listTime, stopwatch } from '../lib/time.js';
import { nameOf, titleOf } from '../state/selectors.js';
import { avatar } from './avatar.js';
import { iconButton } from './overlay.js';

/** @typedef {import('../types').Call} Call */

/** @param {import('../page').App} app @returns {import('./drawer.js').Panel} */
export function callListPanel(app) {
  const list = h('ul', { class: 'people', 'aria-label': 'Calls' });
  const note = h('p', { class: 'empty', role: 'status' }, 'Loading calls…');
  const more = h(
    'button',
    { class: 'button button--wide', type: 'button', hidden: true, on: { click: () => void load() } },
    'Older calls',
  );
  /** @type {Call[]} */
  let known = [];
  /** @type {string | null} */
  let cursor = null;
  let revision = app.calls.revision();
  let drawn = '';

  /** The next page; from the beginning when something happened. @param {boolean} [isAnew] */
  async function load(isAnew = false) {
    const page = await app.guard(app.calls.history(isAnew ? null : cursor));
    if (!page) return;
    known = isAnew ? page.calls : [...known, ...page.calls];
    cursor = page.nextCursor;
    more.hidden = cursor === null;
    note.textContent = known.length === 0 ? 'No calls yet. Start one from a chat.' : '';
    draw();
  }

  function draw() {
    const { state } = app.store;
    app.people.need(known.flatMap(({ participants }) => participants.map(({ userId }) => userId)));
    const names = known.map((call) => whoOf(app, call).name);
    const version = JSON.stringify([known, names, state.chats.size]);
    if (version === drawn) return;
    drawn = version;
    fill(list, ...known.map((call) => row(app, call)));
  }

  function render() {
    draw();
    if (revision === app.calls.revision()) return;
    revision = app.calls.revision();
    void load(true);
  }

  void load(true);
  return { title: 'Calls', body: [list, note, more], render };
}

/** @param {import('../page').App} app @param {Call} call */
function whoOf({ store: { state } }, call) {
  const chat = state.chats.get(call.chatId ?? '');
  if (chat?.type === 'group')
    return { id: chat.id, name: titleOf(state, chat), avatarUrl: chat.avatarUrl, isGroup: true };
  const meId = state.me?.id;
  const id = call.participants.find(({ userId }) => userId !== meId)?.userId ?? '';
  return { id, name: nameOf(state, id), avatarUrl: state.users.get(id)?.avatarUrl, isGroup: false };
}

/** @param {import('../page').App} app @param {Call} call */
function row(app, call) {
  const who = whoOf(app, call);
  const past = pastCall(call, app.store.state.me?.id ?? '');
  const time = listTime(call.startedAt ?? call.endedAt ?? new Date().toISOString());
  const talked = call.durationMs > 0 ? ` · ${stopwatch(call.durationMs)}` : '';
  const isJoinable = who.isGroup && call.status === 'ongoing' && app.calls.current() === null;
  return h(
    'li',
    { class: `person past-call ${past.isMissed ? 'is-missed' : ''}` },
    h(
      'button',
      { class: 'person__main', type: 'button', on: { click: () => void openChat(app, call, who) } },
      avatar(who),
      h(
        'span',
        { class: 'person__text' },
        h(
          'span',
          { class: 'past-call__line' },
          h('span', { class: 'person__name' }, who.name),
          h('time', { class: 'found__time' }, time),
        ),
        h(
          'span',
          { class: 'person__sub' },
          icon(past.isOutgoing ? 'outgoing' : 'incoming'),
          past.text + talked,
        ),
      ),
    ),
    isJoinable
      ? h('button', { class: 'button', type: 'button', on: { click: () => join(app, call) } }, 'Join')
      : iconButton(call.type === 'video' ? 'video' : 'phone', `Call ${who.name}`, () =>
          callAgain(app, call, who),
        ),
  );
}

/** @param {import('../page').App} app @param {Call} call */
function join(app, call) {
  void app.guard(app.calls.join(call));
}

/** @param {import('../page').App} app @param {Call} call @param {{ id: string, isGroup: boolean }} who */
function callAgain(app, { chatId, type }, { id, isGroup }) {
  void app.guard(app.calls.start({ userId: isGroup ? undefined : id, chatId, isGroup, type }));
}

/** @param {import('../page').App} app @param {Call} call @param {{ id: string, isGroup: boolean }} who */
async function openChat(app, { chatId }, { id, isGroup }) {
  if (isGroup && chatId) app.openChat(chatId);
  else await app.guard(app.openPrivate(id));
}
