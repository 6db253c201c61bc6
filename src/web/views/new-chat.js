/** Starting chats: with one person, as a group, or by somebody's invite link. */
import { h } from '../lib/dom.js';
import { icon } from '../lib/icons.js';
import { knownPeople, sortedChats, titleOf } from '../state/selectors.js';
import { ask, openDialog } from './overlay.js';
import { asChoice, createPicker } from './people-picker.js';
import { field } from './sign-in.js';

/** @param {import('../page').App} app @param {Set<string>} [without] */
function peopleSource(app, without = new Set()) {
  const { state } = app.store;
  const isShown = (/** @type {{ id: string }} */ user) => user.id !== state.me?.id && !without.has(user.id);
  return {
    initial: knownPeople(state).filter(isShown).map(asChoice),
    find: async (/** @type {string} */ query) =>
      (await app.actions.searchPeople(query)).filter(isShown).map(asChoice),
    placeholder: 'Name, username or phone number',
  };
}

/** @param {import('../page').App} app */
export async function openNewChat(app) {
  const choice = await openDialog('New chat', (close) => [
    h(
      'button',
      { class: 'choice', type: 'button', on: { click: () => close('group') } },
      icon('group'),
      'New group',
    ),
    createPicker({ ...peopleSource(app), isMany: false, onChange: ([person]) => close(person) }),
  ]);
  if (choice === 'group') await openNewGroup(app);
  else if (choice) await app.guard(app.openPrivate(choice.id));
}

/** @param {import('../page').App} app */
export async function openNewGroup(app) {
  const group = await openDialog('New group', (close) => groupForm(app, close));
  if (!group) return;
  const chat = await app.guard(app.actions.createGroup(group.name, group.memberIds));
  if (chat) app.openChat(chat.id);
}

/** @param {import('../page').App} app @param {(value: object) => void} close */
function groupForm(app, close) {
  /** @type {string[]} */
  let memberIds = [];
  const name = h('input', { id: 'group-name', required: true, maxLength: 100, autocomplete: 'off' });
  const create = h(
    'button',
    { class: 'button button--primary', type: 'submit', disabled: true },
    'Create group',
  );
  const refresh = () => {
    create.disabled = memberIds.length === 0 || name.value.trim() === '';
  };
  const picker = createPicker({
    ...peopleSource(app),
    isMany: true,
    onChange(chosen) {
      memberIds = chosen.map((person) => person.id);
      refresh();
    },
  });
  const form = h(
    'form',
    { class: 'stack' },
    field('Group name', name),
    picker,
    h('div', { class: 'dialog__actions' }, create),
  );
  name.addEventListener('input', refresh);
  form.addEventListener('submit', (/** @type {Event} */ event) => {
    event.preventDefault();
    if (!create.disabled) close({ name: name.value.trim(), memberIds });
  });
  return [form];
}

/** @param {import('../page').App} app @param {string} chatId */
export async function openAddMembers(app, chatId) {
  const chat = app.store.state.chats.get(chatId);
  const present = new Set(chat?.members.map((member) => member.userId));
  const userIds = await pickMany('Add people', 'Add', peopleSource(app, present));
  if (!userIds) return;
  await app.guard(app.actions.addMembers(chatId, userIds));
  await app.guard(app.actions.loadChat(chatId));
}

/** Asks which chats a message goes to. @param {import('../page').App} app @returns {Promise<string[] | undefined>} */
export function pickChats(app) {
  const { state } = app.store;
  const all = sortedChats(state).map((chat) => ({
    id: chat.id,
    name: titleOf(state, chat),
    avatarUrl: chat.avatarUrl,
    isGroup: chat.type === 'group',
  }));
  const find = (/** @type {string} */ query) =>
    all.filter(({ name }) => name.toLowerCase().includes(query.toLowerCase()));
  return pickMany('Forward to', 'Forward', { initial: all, find, placeholder: 'Search chats' });
}

/** @param {string} title @param {string} action @param {any} source @returns {Promise<string[] | undefined>} */
function pickMany(title, action, source) {
  /** @type {string[]} */
  let ids = [];
  return openDialog(title, (close) => {
    const done = h(
      'button',
      { class: 'button button--primary', type: 'button', disabled: true, on: { click: () => close(ids) } },
      action,
    );
    const onChange = (/** @type {Array<{ id: string }>} */ chosen) => {
      ids = chosen.map(({ id }) => id);
      done.disabled = ids.length === 0;
    };
    return [
      createPicker({ ...source, isMany: true, onChange }),
      h('div', { class: 'dialog__actions' }, done),
    ];
  });
}

/** Somebody opened an invite link; a link alone must not make anybody a member. @param {import('../page').App} app @param {string} token */
export async function confirmJoin(app, token) {
  const text = 'You were invited to a group. Its members will see your name.';
  if (!(await ask('Join this group?', text, [{ label: 'Join', value: true }]))) return;
  const chat = await app.guard(app.actions.join(token));
  if (chat) app.openChat(chat.id);
}
