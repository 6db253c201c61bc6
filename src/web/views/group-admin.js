/** Members of a group, their roles, its name and its invite link. */
import { fill, h } from '../lib/dom.js';
import { icon } from '../lib/icons.js';
import * as select from '../state/selectors.js';
import { avatar } from './avatar.js';
import { copyText } from './message-menu.js';
import { openAddMembers } from './new-chat.js';
import { ask, iconButton, openDialog, openMenu } from './overlay.js';
import { field } from './sign-in.js';

/** @typedef {import('../page').App} App */
/** @typedef {import('../types').Chat} Chat */
/** @typedef {import('../types').Member} Member */

const ROLE_ORDER = { owner: 0, admin: 1, member: 2 };

/** @param {App} app @param {Chat} chat */
export function memberList(app, chat) {
  const { state } = app.store;
  const members = [...chat.members].sort(
    (a, b) => ROLE_ORDER[a.role] - ROLE_ORDER[b.role] || name(state, a).localeCompare(name(state, b)),
  );
  const add = h(
    'button',
    { class: 'choice', type: 'button', on: { click: () => void openAddMembers(app, chat.id) } },
    icon('addPerson'),
    'Add people',
  );
  return h(
    'section',
    { class: 'panel' },
    h('h3', { class: 'results__title' }, `${chat.memberCount} members`),
    select.isAdmin(state, chat) && add,
    h(
      'ul',
      { class: 'people', 'aria-label': 'Members' },
      members.map((member) => memberRow(app, chat, member)),
    ),
  );
}

/** @param {import('../types').State} state @param {Member} member */
function name(state, member) {
  return select.nameOf(state, member.userId);
}

/** @param {App} app @param {Chat} chat @param {Member} member */
function memberRow(app, chat, member) {
  const { state } = app.store;
  const user = state.users.get(member.userId);
  const who = name(state, member);
  const isMe = member.userId === state.me?.id;
  return h(
    'li',
    { class: 'person' },
    h(
      'span',
      { class: 'person__main' },
      avatar({
        id: member.userId,
        name: user?.name ?? who,
        avatarUrl: user?.avatarUrl,
        isOnline: !isMe && user?.online,
      }),
      h(
        'span',
        { class: 'person__text' },
        h('span', { class: 'person__name' }, who),
        user?.bio && h('span', { class: 'person__sub' }, user.bio),
      ),
      member.role !== 'member' && h('span', { class: 'tag' }, member.role === 'owner' ? 'Owner' : 'Admin'),
    ),
    !isMe &&
      iconButton('menu', `Options for ${who}`, (event) =>
        openMemberMenu(app, chat, member, event.currentTarget),
      ),
  );
}

/** @param {App} app @param {Chat} chat @param {Member} member @param {HTMLElement} anchor */
function openMemberMenu(app, chat, { userId, role }, anchor) {
  const { state } = app.store;
  const mayManage = select.isAdmin(state, chat) && role !== 'owner';
  const who = select.nameOf(state, userId);
  const change = (/** @type {Promise<unknown>} */ task) =>
    void app.guard(task.then(() => app.actions.loadChat(chat.id)));
  openMenu({
    anchor,
    label: `Options for ${who}`,
    items: [
      { label: `Message ${who}`, icon: 'newChat', run: () => void app.guard(app.openPrivate(userId)) },
      mayManage &&
        role === 'member' && {
          label: 'Make admin',
          icon: 'star',
          run: () => change(app.actions.setRole(chat.id, userId, 'admin')),
        },
      mayManage &&
        role === 'admin' && {
          label: 'Dismiss as admin',
          icon: 'person',
          run: () => change(app.actions.setRole(chat.id, userId, 'member')),
        },
      mayManage && {
        label: 'Remove from the group',
        icon: 'trash',
        isDanger: true,
        run: () => void remove(app, chat, userId),
      },
    ],
  });
}

/** @param {App} app @param {Chat} chat @param {string} userId */
async function remove(app, chat, userId) {
  const who = select.nameOf(app.store.state, userId);
  const isSure = await ask(`Remove ${who}?`, 'They will get no more messages from this group.', [
    { label: 'Remove', value: true, kind: 'danger' },
  ]);
  if (!isSure) return;
  await app.guard(app.actions.removeMember(chat.id, userId));
  await app.guard(app.actions.loadChat(chat.id));
}

/** @param {App} app @param {Chat} chat */
export async function renameDialog(app, chat) {
  const fields = await openDialog('Change the group', (close) => {
    const nameInput = h('input', { id: 'rename', required: true, maxLength: 100, value: chat.name });
    const about = h('textarea', { id: 'about', rows: 3, maxLength: 1000, value: chat.description ?? '' });
    const save = h('button', { class: 'button button--primary', type: 'submit' }, 'Save');
    const form = h(
      'form',
      { class: 'stack' },
      field('Group name', nameInput),
      field('Description', about),
      h('div', { class: 'dialog__actions' }, save),
    );
    form.addEventListener('submit', (/** @type {Event} */ event) => {
      event.preventDefault();
      close({ name: nameInput.value.trim(), description: about.value.trim() });
    });
    return [form];
  });
  if (fields) await app.guard(app.actions.updateGroup(chat.id, fields));
}

/** The invite link, for admins. @param {App} app @param {string} chatId */
export function inviteSection(app, chatId) {
  const element = h('section', { class: 'panel' });
  let link = '';

  async function create() {
    link = (await app.guard(app.actions.createInvite(chatId))) ?? '';
    show();
  }

  async function revoke() {
    if (
      (await app.guard(
        app.actions.revokeInvite(chatId).then(() => true),
        'The link does not work any more.',
      )) !== true
    )
      return;
    link = '';
    show();
  }

  function show() {
    const make = h(
      'button',
      { class: 'choice', type: 'button', on: { click: () => void create() } },
      icon('link'),
      'Invite by link',
    );
    const off = h(
      'button',
      { class: 'choice is-danger', type: 'button', on: { click: () => void revoke() } },
      icon('trash'),
      'Revoke the invite link',
    );
    if (!link) return fill(element, make, off);
    const shown = h('input', {
      value: link,
      readonly: true,
      'aria-label': 'Invite link',
      on: { focus: () => shown.select() },
    });
    fill(
      element,
      h(
        'div',
        { class: 'invite' },
        shown,
        iconButton('copy', 'Copy the link', () => void copyText(link)),
      ),
      off,
    );
  }

  show();
  return {
    element,
    /** @param {Chat} chat */
    render(chat) {
      element.hidden = !select.isAdmin(app.store.state, chat);
    },
  };
}
