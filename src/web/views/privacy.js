/** Who may see and do what. Each choice is saved at once, and shown as it was when that fails. */
import { h } from '../lib/dom.js';
import { icon } from '../lib/icons.js';
import { blockedPanel } from './contacts.js';
import { field } from './sign-in.js';

const AUDIENCES = [
  { value: 'everyone', label: 'Everyone' },
  { value: 'contacts', label: 'My contacts' },
  { value: 'nobody', label: 'Nobody' },
];
const QUESTIONS = [
  { key: 'lastSeen', label: 'Who can see when I was last seen' },
  { key: 'online', label: 'Who can see that I am online' },
  { key: 'photo', label: 'Who can see my picture' },
  { key: 'bio', label: 'Who can see what I wrote about me' },
  { key: 'groups', label: 'Who can add me to groups' },
  { key: 'calls', label: 'Who can call me' },
];
const SWITCHES = [
  { key: 'readReceipts', label: 'Show others when I have read their messages' },
  { key: 'discoverable', label: 'Let people find me by name and phone number' },
];

/** @typedef {import('../page').App} App */

/** @param {App} app @returns {import('./drawer.js').Panel} */
export function privacyPanel(app) {
  const body = h(
    'div',
    { class: 'stack' },
    QUESTIONS.map(({ key, label }) => field(label, audienceBox(app, key))),
    SWITCHES.map(({ key, label }) => switchRow(app, key, label)),
  );
  const blocked = h(
    'button',
    { class: 'choice', type: 'button', on: { click: () => app.openPanel(blockedPanel(app)) } },
    icon('block'),
    h('span', { class: 'choice__label' }, 'Blocked people'),
  );
  return { title: 'Privacy', body: [body, h('section', { class: 'panel' }, blocked)] };
}

/** @param {App} app @param {string} key */
function settingOf({ store: { state } }, key) {
  return state.me?.privacy?.[key];
}

/** @param {App} app @param {string} key @param {string | boolean} value */
async function save(app, key, value) {
  await app.guard(app.actions.updateProfile({ privacy: { [key]: value } }), 'Saved.');
}

/** @param {App} app @param {string} key */
function audienceBox(app, key) {
  const box = h(
    'select',
    { id: `privacy-${key}` },
    AUDIENCES.map(({ value, label }) => h('option', { value }, label)),
  );
  const show = () => {
    box.value = String(settingOf(app, key) ?? 'everyone');
  };
  box.addEventListener('change', () => void save(app, key, box.value).then(show));
  show();
  return box;
}

/** @param {App} app @param {string} key @param {string} label */
function switchRow(app, key, label) {
  const box = h('input', { id: `privacy-${key}`, type: 'checkbox' });
  const show = () => {
    box.checked = settingOf(app, key) !== false;
  };
  box.addEventListener('change', () => void save(app, key, box.checked).then(show));
  show();
  return h('div', { class: 'field field--row' }, box, h('label', { for: box.id }, label));
}
