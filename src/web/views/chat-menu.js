/** What one can do with a chat as a whole, from the list and from the conversation. */

import { h } from '../lib/dom.js';
import { isMuted, nameOf, partnerId, titleOf } from '../state/selectors.js';
import { ask, openDialog, openMenu } from './overlay.js';
import { confirmBlock } from './person-row.js';

const HOUR_MS = 3_600_000;
/** Muted "always": no calendar goes further in practice. */
const FAR_FUTURE = '9999-01-01T00:00:00.000Z';

const MUTE_CHOICES = [
  { label: '8 hours', until: () => new Date(Date.now() + 8 * HOUR_MS).toISOString() },
  { label: '1 week', until: () => new Date(Date.now() + 168 * HOUR_MS).toISOString() },
  { label: 'Always', until: () => FAR_FUTURE },
];

/** @param {import('../page').App} app @param {string} chatId @param {HTMLElement} anchor @param {{ x: number, y: number }} [point] */
export function openChatMenu(app, chatId, anchor, point) {
  const { state } = app.store;
  const chat = state.chats.get(chatId);
  if (!chat) return;
  const { pinned, archived } = chat.settings;
  const set = (/** @type {object} */ settings) =>
    void app.guard(app.actions.updateSettings(chatId, settings));
  const partner = partnerId(state, chat);
  openMenu({
    anchor,
    point,
    label: `Options for ${titleOf(state, chat)}`,
    items: [
      {
        label: chat.type === 'group' ? 'Group info' : 'Contact info',
        icon: 'info',
        run: () => app.openInfo(chatId),
      },
      { label: 'Search in this chat', icon: 'search', run: () => app.openSearch(chatId) },
      { label: pinned ? 'Unpin' : 'Pin to the top', icon: 'pin', run: () => set({ pinned: !pinned }) },
      { label: isMuted(chat) ? 'Unmute' : 'Mute', icon: 'mute', run: () => void toggleMute(app, chatId) },
      { label: archived ? 'Unarchive' : 'Archive', icon: 'archive', run: () => set({ archived: !archived }) },
      partner !== null &&
        !state.contacts.has(partner) &&
        !state.blocked.has(partner) && {
          label: 'Add to contacts',
          icon: 'addPerson',
          run: () => void app.guard(app.actions.addContact(partner), 'Added to your contacts.'),
        },
      partner !== null && blockItem(app, partner),
      chat.type === 'group' && {
        label: 'Leave group',
        icon: 'exit',
        isDanger: true,
        run: () => void leave(app, chatId),
      },
    ],
  });
}

/** @param {import('../page').App} app @param {string} userId */
function blockItem(app, userId) {
  const { state } = app.store;
  if (state.blocked.has(userId))
    return { label: 'Unblock', icon: 'block', run: () => void app.guard(app.contacts.unblock(userId)) };
  const run = () => void confirmBlock(app, userId, nameOf(state, userId));
  return { label: 'Block', icon: 'block', isDanger: true, run };
}

/** Unmutes, or asks for how long to mute. @param {import('../page').App} app @param {string} chatId */
export async function toggleMute(app, chatId) {
  const chat = app.store.state.chats.get(chatId);
  if (!chat) return;
  if (isMuted(chat)) return void app.guard(app.actions.updateSettings(chatId, { mutedUntil: null }));
  const mutedUntil = await openDialog('Mute notifications', (close) =>
    MUTE_CHOICES.map(({ label, until }) =>
      h('button', { class: 'choice', type: 'button', on: { click: () => close(until()) } }, label),
    ),
  );
  if (mutedUntil) await app.guard(app.actions.updateSettings(chatId, { mutedUntil }));
}

/** @param {import('../page').App} app @param {string} chatId */
export async function leave(app, chatId) {
  const chat = app.store.state.chats.get(chatId);
  if (!chat) return;
  const text = `You will get no more messages from “${titleOf(app.store.state, chat)}”.`;
  const isSure = await ask('Leave this group?', text, [{ label: 'Leave', value: true, kind: 'danger' }]);
  if (isSure) await app.guard(app.actions.leave(chatId));
}
