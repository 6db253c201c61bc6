/** Everything about a chat: who is in it, its settings, and for admins what they may change. */
import { fill, h } from '../lib/dom.js';
import { icon } from '../lib/icons.js';
import { lastSeen } from '../lib/time.js';
import * as select from '../state/selectors.js';
import { avatar } from './avatar.js';
import { leave, toggleMute } from './chat-menu.js';
import { inviteSection, memberList, renameDialog } from './group-admin.js';
import { highlightRow } from './highlights.js';
import { pictureEditor } from './picture-editor.js';

const DISAPPEARING = [
  { seconds: 0, label: 'Off' },
  { seconds: 3600, label: '1 hour' },
  { seconds: 86_400, label: '1 day' },
  { seconds: 604_800, label: '7 days' },
  { seconds: 7_776_000, label: '90 days' },
];

/** @typedef {import('../page').App} App */
/** @typedef {import('../types').Chat} Chat */

/** @param {App} app @param {string} chatId @returns {import('./drawer.js').Panel} */
export function chatInfoPanel(app, chatId) {
  const { state } = app.store;
  const isGroup = state.chats.get(chatId)?.type === 'group';
  const head = h('div', {});
  const members = h('div', {});
  const highlights = h('div', {});
  let highlightsOf = '';
  const settings = h('div', {});
  const invite = inviteSection(app, chatId);
  let version = '';

  function render() {
    const chat = state.chats.get(chatId);
    if (!chat) return app.closeDrawer();
    app.people.need(chat.members.map((member) => member.userId));
    const partner = state.users.get(select.partnerId(state, chat) ?? '');
    const next = JSON.stringify([
      chat.name,
      chat.description,
      chat.avatarUrl,
      chat.members,
      chat.settings,
      chat.disappearingSeconds,
      partner,
      chat.members.map((m) => select.nameOf(state, m.userId)),
      partner && state.contacts.has(partner.id),
    ]);
    if (next === version) return;
    version = next;
    fill(head, isGroup ? groupHead(app, chat) : personHead(app, chat, partner));
    showHighlights(partner);
    fill(members, isGroup && memberList(app, chat));
    fill(settings, settingsSection(app, chat));
    invite.render(chat);
  }

  /** Of the other of two, once they are known. @param {import('../types').User | undefined} partner */
  function showHighlights(partner) {
    if (!partner || partner.id === highlightsOf) return;
    highlightsOf = partner.id;
    fill(highlights, highlightRow(app, partner));
  }

  void app.guard(app.actions.loadChat(chatId));
  return {
    title: isGroup ? 'Group info' : 'Contact info',
    body: [head, highlights, settings, invite.element, members],
    render,
  };
}

/** @param {App} app @param {Chat} chat */
function groupHead(app, chat) {
  const { state } = app.store;
  const name = select.titleOf(state, chat);
  const mayEdit = select.isAdmin(state, chat);
  const look = { id: chat.id, name, avatarUrl: chat.avatarUrl, isGroup: true };
  return h(
    'div',
    { class: 'info-head' },
    mayEdit
      ? pictureEditor(() => look, {
          onPick: (file) => app.guard(app.setGroupPicture(chat.id, file)),
          onRemove: () => app.guard(app.actions.updateGroup(chat.id, { avatarUrl: null })),
        })
      : avatar({ ...look, size: 'big' }),
    h('h3', {}, name),
    h('p', { class: 'info-head__sub' }, `Group, ${chat.memberCount} members`),
    chat.description && h('p', {}, chat.description),
    mayEdit &&
      h(
        'button',
        { class: 'link', type: 'button', on: { click: () => void renameDialog(app, chat) } },
        'Change name and description',
      ),
  );
}

/** @param {App} app @param {Chat} chat @param {import('../types').User | undefined} partner */
function personHead(app, chat, partner) {
  const { state } = app.store;
  const name = select.titleOf(state, chat);
  const presence = partner?.online ? 'online' : partner?.lastSeenAt ? lastSeen(partner.lastSeenAt) : '';
  const add = () => void app.guard(app.actions.addContact(partner?.id ?? ''), 'Added to your contacts.');
  return h(
    'div',
    { class: 'info-head' },
    avatar({ id: partner?.id ?? chat.id, name, avatarUrl: partner?.avatarUrl, size: 'big' }),
    h('h3', {}, name),
    h(
      'p',
      { class: 'info-head__sub' },
      [partner?.username && `@${partner.username}`, partner?.phoneNumber, presence]
        .filter(Boolean)
        .join(' · '),
    ),
    partner?.bio && h('p', {}, partner.bio),
    partner &&
      !state.contacts.has(partner.id) &&
      h('button', { class: 'link', type: 'button', on: { click: add } }, 'Add to contacts'),
  );
}

/** @param {App} app @param {Chat} chat */
function settingsSection(app, chat) {
  const set = (/** @type {object} */ fields) => void app.guard(app.actions.updateSettings(chat.id, fields));
  const { pinned, archived } = chat.settings;
  return h(
    'section',
    { class: 'panel' },
    toggleRow('mute', 'Mute', select.isMuted(chat), () => void toggleMute(app, chat.id)),
    toggleRow('pin', 'Pin to the top', pinned, () => set({ pinned: !pinned })),
    toggleRow('archive', 'Archive', archived, () => set({ archived: !archived })),
    disappearingRow(app, chat, set),
    chat.type === 'group' &&
      h(
        'button',
        { class: 'choice is-danger', type: 'button', on: { click: () => void leave(app, chat.id) } },
        icon('exit'),
        'Leave group',
      ),
  );
}

/** @param {string} name @param {string} label @param {boolean} isOn @param {() => void} onToggle */
function toggleRow(name, label, isOn, onToggle) {
  const props = {
    class: 'choice',
    type: 'button',
    role: 'switch',
    'aria-checked': String(isOn),
    'data-focus': label,
  };
  return h(
    'button',
    { ...props, on: { click: onToggle } },
    icon(name),
    h('span', { class: 'choice__label' }, label),
    h('span', { class: 'switch' }),
  );
}

/** @param {App} app @param {Chat} chat @param {(fields: object) => void} set */
function disappearingRow(app, chat, set) {
  const isAllowed = chat.type === 'private' || select.isAdmin(app.store.state, chat);
  const known = DISAPPEARING.some(({ seconds }) => seconds === chat.disappearingSeconds);
  const choices = known
    ? DISAPPEARING
    : [...DISAPPEARING, { seconds: chat.disappearingSeconds, label: `${chat.disappearingSeconds} s` }];
  const selectBox = h(
    'select',
    { id: 'disappearing', disabled: !isAllowed },
    choices.map(({ seconds, label }) => h('option', { value: String(seconds) }, label)),
  );
  selectBox.value = String(chat.disappearingSeconds);
  selectBox.addEventListener('change', () => set({ disappearingSeconds: Number(selectBox.value) }));
  return h(
    'div',
    { class: 'choice' },
    icon('timer'),
    h('label', { class: 'choice__label', for: 'disappearing' }, 'Disappearing messages'),
    selectBox,
  );
}
