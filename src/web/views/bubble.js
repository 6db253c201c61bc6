/** The rows of a conversation: bubbles, day separators, system lines. */
import { h } from '../lib/dom.js';
import { icon } from '../lib/icons.js';
import { dayAndTime, dayLabel, timeOfDay } from '../lib/time.js';
import { snippet, systemText } from '../lib/words.js';
import * as select from '../state/selectors.js';
import { contentNodes, isPictorial } from './content.js';
import { openMessageMenu } from './message-menu.js';
import { outgoingRow } from './outgoing.js';
import { iconButton } from './overlay.js';
import { ticks } from './ticks.js';

/** @typedef {import('../page').App} App */
/** @typedef {import('../types').Message} Message */
/** @typedef {{ composer: import('./composer.js').Composer, marked: string | null }} Context */

/** All that a row shows, as one string. @param {App} app @param {import('../state/rows.js').Row} row @param {string | null} marked */
export function rowVersion(app, row, marked) {
  const { state } = app.store;
  switch (row.kind) {
    case 'day':
      return dayLabel(row.at);
    case 'unread':
      return String(row.count);
    case 'system':
      return systemText(state, row.message);
    case 'outgoing':
      return JSON.stringify([row.entry, row.isFirst, app.previews.of(row.entry.tempId)]);
    case 'message':
      return JSON.stringify([
        row.message,
        row.isFirst,
        row.message.senderId === state.me?.id && select.statusOf(state, row.message),
        select.nameOf(state, row.message.senderId),
        row.message.replyTo && select.nameOf(state, row.message.replyTo.senderId),
        state.starred.has(row.message.id),
        marked === row.message.id,
      ]);
  }
}

/** @param {App} app @param {import('../state/rows.js').Row} row @param {Context} context @returns {HTMLElement} */
export function createRow(app, row, context) {
  switch (row.kind) {
    case 'day':
      return h('div', { class: 'day', 'data-row': true }, h('span', {}, dayLabel(row.at)));
    case 'unread':
      return h(
        'div',
        { class: 'unread-line', 'data-row': true },
        h('span', {}, `${row.count} unread message${row.count === 1 ? '' : 's'}`),
      );
    case 'system':
      return h(
        'div',
        { class: 'system', 'data-row': true, dataset: { id: row.message.id } },
        h('span', {}, systemText(app.store.state, row.message)),
      );
    case 'outgoing':
      return outgoingRow(app, row.entry, row.isFirst, row.entry.replyTo && quote(app, row.entry.replyTo));
    case 'message':
      return bubble(app, row.message, row.isFirst, context);
  }
}

/** @param {App} app @param {Message} message @param {boolean} isFirst @param {Context} context */
function bubble(app, message, isFirst, context) {
  const { state } = app.store;
  const isOwn = message.senderId === state.me?.id;
  const isGroup = state.chats.get(message.chatId)?.type === 'group';
  const classes = [
    'bubble',
    isOwn ? 'is-own' : 'is-other',
    isFirst && 'is-first',
    context.marked === message.id && 'is-marked',
    isPictorial(message.content) && 'bubble--media',
    isPictorial(message.content) && !message.content?.caption && 'is-bare',
  ];
  const open = (/** @type {HTMLElement} */ anchor, /** @type {any} */ point) =>
    openMessageMenu(app, message, { anchor, point, composer: context.composer });
  const more = iconButton('down', 'Message options', (event) => open(event.currentTarget, undefined), {
    class: 'icon-button bubble__more',
    'data-focus': 'more',
  });
  const element = h(
    'div',
    {
      class: `row ${isOwn ? 'is-own' : ''} ${isFirst ? 'is-first' : ''}`,
      'data-row': true,
      dataset: { id: message.id, seq: message.seq },
    },
    h(
      'article',
      { class: classes.filter(Boolean).join(' '), 'aria-label': label(state, message) },
      isGroup && isFirst && !isOwn && sender(state, message.senderId),
      message.forwardedFrom &&
        message.content &&
        h('span', { class: 'bubble__forwarded' }, icon('forward'), 'Forwarded'),
      message.replyTo && quote(app, message.replyTo),
      body(app, message),
      meta(state, message, isOwn, more),
    ),
    reactions(app, message),
  );
  element.addEventListener('contextmenu', (/** @type {MouseEvent} */ event) => {
    const isLink = event.target instanceof Element && event.target.closest('a');
    if (isLink || String(getSelection())) return;
    event.preventDefault();
    open(more, { x: event.clientX, y: event.clientY });
  });
  return element;
}

/** @param {App} app @param {Message} message */
function body(app, message) {
  if (message.content) return h('div', { class: 'bubble__body' }, contentNodes(app, message));
  return h('div', { class: 'bubble__body bubble__body--deleted' }, icon('trash'), 'This message was deleted');
}

/** @param {import('../types').State} state @param {string} userId */
function sender(state, userId) {
  let sum = 0;
  for (const char of userId) sum = (sum * 31 + char.charCodeAt(0)) % 997;
  return h('span', { class: `bubble__sender name--c${sum % 8}` }, select.nameOf(state, userId));
}

/** Time, marks and ticks, in the lower corner. @param {import('../types').State} state @param {Message} message @param {boolean} isOwn @param {HTMLElement} more */
function meta(state, message, isOwn, more) {
  return h(
    'span',
    { class: 'bubble__meta' },
    state.starred.has(message.id) &&
      h('span', { class: 'bubble__star', role: 'img', 'aria-label': 'Starred' }, icon('star')),
    message.editedAt && message.content && h('span', { title: dayAndTime(message.editedAt) }, 'edited'),
    h(
      'time',
      { datetime: message.createdAt, title: dayAndTime(message.createdAt) },
      timeOfDay(message.createdAt),
    ),
    isOwn && message.content && ticks(select.statusOf(state, message)),
    more,
  );
}

/** @param {import('../types').State} state @param {Message} message */
function label(state, message) {
  return `${select.nameOf(state, message.senderId)}, ${timeOfDay(message.createdAt)}`;
}

/** @param {App} app @param {NonNullable<Message['replyTo']>} replyTo */
function quote(app, replyTo) {
  const { state } = app.store;
  const go = () => void app.guard(app.conversation.jumpTo(replyTo));
  return h(
    'button',
    { class: 'quote', type: 'button', on: { click: go } },
    h('span', { class: 'quote__who' }, select.nameOf(state, replyTo.senderId)),
    h('span', { class: 'quote__text' }, snippet(state, replyTo)),
  );
}

/** @param {App} app @param {Message} message */
function reactions(app, message) {
  const { state } = app.store;
  /** @type {Map<string, string[]>} */
  const byEmoji = new Map();
  for (const { emoji, userId } of message.reactions ?? [])
    byEmoji.set(emoji, [...(byEmoji.get(emoji) ?? []), userId]);
  if (byEmoji.size === 0) return null;
  return h(
    'div',
    { class: 'reactions' },
    ...[...byEmoji].map(([emoji, userIds]) => {
      const names = userIds.map((id) => select.nameOf(state, id)).join(', ');
      const isMine = userIds.includes(state.me?.id ?? '');
      const toggle = () => void app.guard(app.actions.react(message, isMine ? null : emoji));
      const props = {
        class: `reaction ${isMine ? 'is-mine' : ''}`,
        type: 'button',
        title: names,
        'aria-label': `${emoji} by ${names}`,
        'aria-pressed': String(isMine),
      };
      return h(
        'button',
        { ...props, on: { click: toggle } },
        emoji,
        userIds.length > 1 && h('span', {}, userIds.length),
      );
    }),
  );
}
