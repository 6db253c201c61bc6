/** The left side: one's chats, newest first, and what a search finds beside them. */
import { fill, h, reconcile, setText } from '../lib/dom.js';
import { icon } from '../lib/icons.js';
import { listTime } from '../lib/time.js';
import { snippet, typingText } from '../lib/words.js';
import * as select from '../state/selectors.js';
import { avatar } from './avatar.js';
import { openChatMenu } from './chat-menu.js';
import { openMainMenu } from './main-menu.js';
import { openNewChat } from './new-chat.js';
import { noticesPanel } from './notices.js';
import { iconButton } from './overlay.js';
import { createSearchResults } from './search-results.js';
import { createStoryRow } from './story-row.js';
import { ticks } from './ticks.js';

/** @param {import('../page').App} app */
export function createChatList(app) {
  const { state } = app.store;
  let isArchive = false;
  const list = h('ul', { class: 'chats', 'aria-label': 'Chats' });
  const archive = h('button', {
    class: 'archive-row',
    type: 'button',
    hidden: true,
    on: { click: toggleArchive },
  });
  const empty = h('p', { class: 'empty' });
  const input = searchInput(() => results.search(input.value));
  const results = createSearchResults(app);
  const header = sideHeader(app);
  const stories = createStoryRow(app);
  const element = h(
    'nav',
    { class: 'side', 'aria-label': 'Chats' },
    header.element,
    h('div', { class: 'search', role: 'search' }, icon('search'), input),
    h('div', { class: 'side__scroll' }, stories.element, archive, list, empty, results.element),
  );

  function toggleArchive() {
    isArchive = !isArchive;
    render();
  }

  function render() {
    header.render();
    const query = input.value.trim().toLowerCase();
    stories.element.hidden = query !== '' || isArchive;
    stories.render();
    const all = select.sortedChats(state);
    const chats = all.filter((chat) =>
      query
        ? select.titleOf(state, chat).toLowerCase().includes(query)
        : Boolean(chat.settings?.archived) === isArchive,
    );
    renderArchiveRow(all.filter((chat) => chat.settings?.archived).length, query);
    reconcile(list, chats, {
      key: (chat) => chat.id,
      version: (chat) => rowVersion(state, chat),
      create: (chat) => row(app, chat),
    });
    const isEmpty = chats.length === 0 && !query;
    setText(
      empty,
      isEmpty ? (isArchive ? 'No archived chats.' : 'No chats yet. Start one with the button above.') : '',
    );
    results.render();
  }

  /** @param {number} count @param {string} query */
  function renderArchiveRow(count, query) {
    if (count === 0) isArchive = false;
    archive.hidden = Boolean(query) || (count === 0 && !isArchive);
    fill(archive, icon(isArchive ? 'back' : 'archive'), isArchive ? 'All chats' : `Archived (${count})`);
  }

  return { element, render };
}

/** @param {import('../page').App} app */
function sideHeader(app) {
  const { state } = app.store;
  const me = h('button', {
    class: 'side__me',
    type: 'button',
    'aria-label': 'Your profile',
    on: { click: app.openProfile },
  });
  const bell = iconButton('bell', 'Notices', () => app.openPanel(noticesPanel(app)), {
    class: 'icon-button bell',
  });
  const waiting = h('span', { class: 'badge bell__count', hidden: true });
  bell.append(waiting);
  const element = h(
    'header',
    { class: 'side__head' },
    me,
    h('h1', {}, 'Chats'),
    bell,
    iconButton('newChat', 'New chat', () => void openNewChat(app)),
    iconButton('menu', 'Menu', (event) => openMainMenu(app, event.currentTarget)),
  );
  let version = '';
  return {
    element,
    render() {
      const { total } = app.notices.counts();
      waiting.hidden = total === 0;
      setText(waiting, total > 99 ? '99+' : String(total));
      bell.setAttribute('aria-label', total > 0 ? `Notices: ${total}` : 'Notices');
      const { id = '', name = '', avatarUrl } = state.me ?? {};
      if (version === `${id}${name}${avatarUrl}`) return;
      version = `${id}${name}${avatarUrl}`;
      fill(me, avatar({ id, name, avatarUrl, size: 'small' }));
    },
  };
}

/** @param {() => void} onInput */
function searchInput(onInput) {
  const props = {
    type: 'search',
    placeholder: 'Search people, chats, messages',
    'aria-label': 'Search people, chats and messages',
  };
  const input = h('input', { ...props, maxLength: 100, on: { input: onInput } });
  input.addEventListener('keydown', (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== 'Escape') return;
    input.value = '';
    onInput();
  });
  return input;
}

/** All that a row shows. @param {import('../types').State} state @param {import('../types').Chat} chat */
function rowVersion(state, chat) {
  const last = chat.lastMessage;
  const partner = state.users.get(select.partnerId(state, chat) ?? '');
  return JSON.stringify([
    select.titleOf(state, chat),
    chat.avatarUrl,
    chat.settings,
    chat.id === state.openChatId,
    select.unreadOf(state, chat.id),
    partner?.online,
    partner?.avatarUrl,
    preview(state, chat),
    last && select.statusOf(state, last),
    listTime(select.activityOf(state, chat)),
  ]);
}

/** @param {import('../page').App} app @param {import('../types').Chat} chat */
function row(app, chat) {
  const { state } = app.store;
  const isOpen = chat.id === state.openChatId;
  const partner = state.users.get(select.partnerId(state, chat) ?? '');
  const name = select.titleOf(state, chat);
  const unread = select.unreadOf(state, chat.id);
  const link = h(
    'button',
    { class: 'chat-row__main', type: 'button', 'aria-current': isOpen ? 'true' : null, 'data-focus': 'row' },
    avatar({
      id: partner?.id ?? chat.id,
      name,
      avatarUrl: partner?.avatarUrl ?? chat.avatarUrl,
      isGroup: chat.type === 'group',
      isOnline: partner?.online,
    }),
    h(
      'span',
      { class: 'chat-row__text' },
      line(
        h('span', { class: 'chat-row__name' }, name),
        h('time', { class: 'chat-row__time' }, listTime(select.activityOf(state, chat))),
      ),
      line(
        h(
          'span',
          { class: 'chat-row__last' },
          ...preview(state, chat).parts.map((part) => lastPart(state, chat, part)),
        ),
        h('span', { class: 'chat-row__marks' }, marks(chat, unread)),
      ),
    ),
  );
  link.addEventListener('click', () => app.openChat(chat.id));
  const more = iconButton('down', `Options for ${name}`, (event) =>
    openChatMenu(app, chat.id, event.currentTarget),
  );
  const element = h(
    'li',
    { class: `chat-row ${isOpen ? 'is-open' : ''} ${unread ? 'is-unread' : ''}`, dataset: { chat: chat.id } },
    link,
    more,
  );
  element.addEventListener('contextmenu', (/** @type {MouseEvent} */ event) => {
    event.preventDefault();
    openChatMenu(app, chat.id, more, { x: event.clientX, y: event.clientY });
  });
  return element;
}

/** @param {...HTMLElement} parts */
function line(...parts) {
  return h('span', { class: 'chat-row__line' }, parts);
}

/** What stands under the name, as words. @param {import('../types').State} state @param {import('../types').Chat} chat */
function preview(state, chat) {
  const typing = select.typingIn(state, chat.id);
  if (typing.length > 0) return { parts: [{ kind: 'typing', text: typingText(state, chat, typing) }] };
  const pending = state.outbox.findLast((entry) => entry.chatId === chat.id);
  const last = chat.lastMessage;
  const isOwn = Boolean(pending) || (last?.senderId === state.me?.id && last?.content?.type !== 'system');
  const shown = pending ? { content: pending.content, senderId: state.me?.id ?? '' } : last;
  if (!shown)
    return { parts: [{ kind: 'text', text: chat.type === 'group' ? 'Group created' : 'Say hello' }] };
  const isNamed = chat.type === 'group' && !isOwn && shown.content?.type !== 'system';
  const who = isNamed ? `${select.nameOf(state, shown.senderId)}: ` : '';
  const tick = pending ? (pending.error ? 'failed' : 'sending') : isOwn && last?.content ? 'status' : '';
  return {
    parts: [
      { kind: 'tick', text: tick },
      { kind: 'text', text: who + snippet(state, shown) },
    ],
  };
}

/** @param {import('../types').State} state @param {import('../types').Chat} chat @param {{ kind: string, text: string }} part */
function lastPart(state, chat, { kind, text }) {
  if (kind === 'typing') return h('span', { class: 'is-typing' }, text);
  if (kind === 'text') return text;
  if (text === '') return null;
  return ticks(text === 'status' && chat.lastMessage ? select.statusOf(state, chat.lastMessage) : text);
}

/** @param {import('../types').Chat} chat @param {number} unread */
function marks(chat, unread) {
  const label = `${unread} unread message${unread === 1 ? '' : 's'}`;
  return [
    select.isMuted(chat) && h('span', { role: 'img', 'aria-label': 'Muted' }, icon('mute')),
    chat.settings?.pinned && h('span', { role: 'img', 'aria-label': 'Pinned' }, icon('pin')),
    unread > 0 &&
      h(
        'span',
        { class: `badge ${select.isMuted(chat) ? 'is-muted' : ''}`, 'aria-label': label },
        unread > 999 ? '999+' : unread,
      ),
  ];
}
