/** What one can do with a message. */
import { h } from '../lib/dom.js';
import { snippet } from '../lib/words.js';
import { isAdmin, nameOf } from '../state/selectors.js';
import { emojiGrid, QUICK } from './emoji.js';
import { openMessageInfo } from './message-info.js';
import { pickChats } from './new-chat.js';
import { ask, openDialog, openMenu, toast } from './overlay.js';

const EDIT_WINDOW_MS = 15 * 60_000;
const DELETE_WINDOW_MS = 48 * 3_600_000;

/** @typedef {import('../page').App} App */
/** @typedef {import('../types').Message} Message */

/**
 * @param {App} app
 * @param {Message} message
 * @param {{ anchor: HTMLElement, point?: { x: number, y: number }, composer: import('./composer.js').Composer }} at
 */
export function openMessageMenu(app, message, { anchor, point, composer }) {
  const { state } = app.store;
  const isOwn = message.senderId === state.me?.id;
  const isStarred = state.starred.has(message.id);
  const { content } = message;
  const text = content?.type === 'text' ? content.text : undefined;
  const copied = text ?? content?.caption;
  const age = Date.now() - Date.parse(message.createdAt);
  openMenu({
    anchor,
    point,
    label: 'Message options',
    head: content ? quickReactions(app, message) : null,
    items: [
      content && { label: 'Reply', icon: 'reply', run: () => composer.startReply(message) },
      copied !== undefined && { label: 'Copy', icon: 'copy', run: () => void copyText(copied) },
      content && { label: 'Forward', icon: 'forward', run: () => void forward(app, message) },
      content && {
        label: isStarred ? 'Unstar' : 'Star',
        icon: 'star',
        run: () => void app.guard(app.actions.star(message, !isStarred)),
      },
      isOwn &&
        text !== undefined &&
        age < EDIT_WINDOW_MS && { label: 'Edit', icon: 'edit', run: () => composer.startEdit(message) },
      isOwn &&
        content && { label: 'Message info', icon: 'info', run: () => void openMessageInfo(app, message) },
      { label: 'Delete', icon: 'trash', isDanger: true, run: () => void askDelete(app, message, isOwn, age) },
    ],
  });
}

/** @param {App} app @param {Message} message */
function quickReactions(app, message) {
  const mine = message.reactions?.find((reaction) => reaction.userId === app.store.state.me?.id)?.emoji;
  const react = (/** @type {string} */ emoji) =>
    void app.guard(app.actions.react(message, emoji === mine ? null : emoji));
  const quick = QUICK.map((emoji) =>
    h(
      'button',
      {
        class: `emoji ${emoji === mine ? 'is-mine' : ''}`,
        type: 'button',
        dataset: { closes: '' },
        'aria-label': `React with ${emoji}`,
        on: { click: () => react(emoji) },
      },
      emoji,
    ),
  );
  const more = h(
    'button',
    { class: 'emoji emoji--more', type: 'button', dataset: { closes: '' }, 'aria-label': 'More reactions' },
    '+',
  );
  more.addEventListener('click', () =>
    setTimeout(async () => {
      const emoji = await openDialog('React', (close) => [
        emojiGrid({ label: 'Emoji', canType: true, onPick: close }),
      ]);
      if (emoji) react(emoji);
    }, 0),
  );
  return h('div', { class: 'quick', role: 'group', 'aria-label': 'React' }, quick, more);
}

/** @param {App} app @param {Message} message @param {boolean} isOwn @param {number} ageMs */
async function askDelete(app, message, isOwn, ageMs) {
  const chat = app.store.state.chats.get(message.chatId);
  const mayForAll =
    message.content !== null &&
    ((isOwn && ageMs < DELETE_WINDOW_MS) || (chat && isAdmin(app.store.state, chat)));
  const choices = [
    { label: 'Delete for me', value: 'me', kind: /** @type {'danger'} */ ('danger') },
    ...(mayForAll
      ? [{ label: 'Delete for everyone', value: 'all', kind: /** @type {'danger'} */ ('danger') }]
      : []),
  ];
  const choice = await ask('Delete this message?', snippet(app.store.state, message).slice(0, 120), choices);
  if (choice) await app.guard(app.actions.remove(message, choice === 'all'));
}

/** @param {App} app @param {Message} message */
async function forward(app, message) {
  const chatIds = await pickChats(app);
  if (!chatIds) return;
  const isDone = await app.guard(app.actions.forward(message, chatIds).then(() => true));
  if (isDone && chatIds.length === 1 && chatIds[0]) app.openChat(chatIds[0]);
  else if (isDone) toast(`Forwarded to ${chatIds.length} chats.`);
}

/** The clipboard is missing on plain http pages. @param {string} text */
export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    toast('Copied.');
  } catch {
    toast('This browser does not allow copying from here; select the text instead.');
  }
}

/** @param {App} app @param {import('../types').Outgoing} entry @param {HTMLElement} anchor */
export function openOutgoingMenu(app, entry, anchor) {
  const { caption } = entry.content;
  openMenu({
    anchor,
    label: `Not sent, ${nameOf(app.store.state, app.store.state.me?.id ?? '')}`,
    items: [
      { label: 'Try again', icon: 'retry', run: () => app.files.retry(entry) },
      entry.upload !== undefined &&
        caption !== undefined && {
          label: 'Send the text only',
          icon: 'send',
          run: () => sendTextOnly(app, entry, caption),
        },
      { label: 'Discard', icon: 'trash', isDanger: true, run: () => app.outbox.discard(entry.tempId) },
    ],
  });
}

/** @param {App} app @param {import('../types').Outgoing} entry @param {string} text */
function sendTextOnly(app, { tempId, chatId, replyTo }, text) {
  app.outbox.discard(tempId);
  app.send(chatId, text, replyTo);
}
