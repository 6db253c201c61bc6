/** One's own profile and privacy. */
import { h } from '../lib/dom.js';
import { avatar } from './avatar.js';
import { highlightRow } from './highlights.js';
import { pictureEditor } from './picture-editor.js';
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
  { key: 'groups', label: 'Who can add me to groups' },
];

/** @param {import('../page').App} app @returns {import('./drawer.js').Panel} */
export function profilePanel(app) {
  const me = app.store.state.me;
  if (!me) return { title: 'Profile', body: [] };
  const name = h('input', { id: 'my-name', required: true, maxLength: 100, value: me.name });
  const bio = h('input', { id: 'my-bio', maxLength: 500, value: me.bio ?? '' });
  const audiences = QUESTIONS.map(({ key, label }) => ({
    key,
    label,
    box: audienceBox(key, String(me.privacy?.[key] ?? 'everyone')),
  }));
  const receipts = h('input', {
    id: 'receipts',
    type: 'checkbox',
    checked: me.privacy?.readReceipts !== false,
  });
  const form = h(
    'form',
    { class: 'stack' },
    h(
      'div',
      { class: 'info-head' },
      pictureEditor(() => app.store.state.me ?? me, {
        onPick: (file) => app.guard(app.setOwnPicture(file)),
        onRemove: () => app.guard(app.actions.updateProfile({ avatarUrl: null })),
      }),
      h('p', { class: 'info-head__sub' }, me.phoneNumber ?? ''),
    ),
    field('Name', name),
    field('About', bio),
    h('h3', { class: 'stack__title' }, 'Privacy'),
    audiences.map(({ label, box }) => field(label, box)),
    h(
      'div',
      { class: 'field field--row' },
      receipts,
      h('label', { for: 'receipts' }, 'Show others when I have read their messages'),
    ),
    h(
      'div',
      { class: 'dialog__actions' },
      h('button', { class: 'button button--primary', type: 'submit' }, 'Save'),
    ),
  );
  form.addEventListener('submit', (/** @type {Event} */ event) => {
    event.preventDefault();
    const privacy = Object.fromEntries(audiences.map(({ key, box }) => [key, box.value]));
    const fields = {
      name: name.value.trim(),
      bio: bio.value.trim(),
    };
    void app.guard(
      app.actions.updateProfile({ ...fields, privacy: { ...privacy, readReceipts: receipts.checked } }),
      'Saved.',
    );
  });
  return { title: 'Profile and privacy', body: [highlightRow(app, me), form] };
}

/** @param {string} key @param {string} value */
function audienceBox(key, value) {
  const box = h(
    'select',
    { id: `privacy-${key}` },
    AUDIENCES.map((choice) => h('option', { value: choice.value }, choice.label)),
  );
  box.value = value;
  return box;
}
