/** One's own profile. */
import { h } from '../lib/dom.js';
import { icon } from '../lib/icons.js';
import { highlightRow } from './highlights.js';
import { pictureEditor } from './picture-editor.js';
import { privacyPanel } from './privacy.js';
import { field } from './sign-in.js';

/** @param {import('../page').App} app @returns {import('./drawer.js').Panel} */
export function profilePanel(app) {
  const me = app.store.state.me;
  if (!me) return { title: 'Profile', body: [] };
  const name = h('input', { id: 'my-name', required: true, maxLength: 100, value: me.name });
  const bio = h('input', { id: 'my-bio', maxLength: 500, value: me.bio ?? '' });
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
    h(
      'div',
      { class: 'dialog__actions' },
      h('button', { class: 'button button--primary', type: 'submit' }, 'Save'),
    ),
  );
  form.addEventListener('submit', (/** @type {Event} */ event) => {
    event.preventDefault();
    const fields = {
      name: name.value.trim(),
      bio: bio.value.trim(),
    };
    void app.guard(app.actions.updateProfile(fields), 'Saved.');
  });
  const privacy = h(
    'button',
    { class: 'choice', type: 'button', on: { click: () => app.openPanel(privacyPanel(app)) } },
    icon('settings'),
    h('span', { class: 'choice__label' }, 'Privacy'),
  );
  return { title: 'Profile', body: [highlightRow(app, me), form, h('section', { class: 'panel' }, privacy)] };
}
