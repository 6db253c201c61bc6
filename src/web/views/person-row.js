/** A person with what one can do about being contacts. */
import { h } from '../lib/dom.js';
import { avatar } from './avatar.js';
import { ask, iconButton, openMenu } from './overlay.js';

/** @typedef {import('../page').App} App */
/** @typedef {import('../types').User} User */
/** @typedef {import('../types').Relationship} Relationship */

/** @type {Record<Relationship, string>} */
const WORDS = {
  none: '',
  pending_outgoing: 'Request sent',
  pending_incoming: 'New request',
  contact: '',
  blocked: 'Blocked',
};

/** @param {App} app @param {User} user @param {Relationship} relationship */
export function personRow(app, user, relationship) {
  const sub =
    WORDS[relationship] || (user.username ? `@${user.username}` : user.bio || user.phoneNumber || '');
  const open = () => void app.guard(app.openPrivate(user.id));
  return h(
    'li',
    { class: 'person person--acts' },
    h(
      'button',
      { class: 'person__main', type: 'button', on: { click: open } },
      avatar({ ...user, isOnline: user.online }),
      h(
        'span',
        { class: 'person__text' },
        h('span', { class: 'person__name' }, user.name || 'Someone'),
        h('span', { class: 'person__sub' }, sub),
      ),
    ),
    h('span', { class: 'person__acts' }, actionsFor(app, user, relationship)),
  );
}

/** @param {App} app @param {User} user @param {Relationship} relationship */
function actionsFor(app, { id, name }, relationship) {
  const { contacts } = app;
  switch (relationship) {
    case 'none':
      return [act(app, 'Send request', name, () => contacts.request(id), 'Request sent.')];
    case 'pending_outgoing':
      return [act(app, 'Take back', name, () => contacts.reject(id))];
    case 'pending_incoming':
      return [
        act(app, 'Reject', name, () => contacts.reject(id)),
        act(app, 'Accept', name, () => contacts.accept(id), 'You are contacts now.', 'primary'),
      ];
    case 'blocked':
      return [act(app, 'Unblock', name, () => contacts.unblock(id))];
    default:
      return [
        iconButton('menu', `Options for ${name}`, (event) => openOptions(app, id, name, event.currentTarget)),
      ];
  }
}

/** @param {App} app @param {string} label @param {string} name @param {() => Promise<void>} run @param {string} [done] @param {string} [kind] */
function act(app, label, name, run, done, kind = 'plain') {
  const button = h(
    'button',
    {
      class: `button button--small button--${kind}`,
      type: 'button',
      'aria-label': `${label}: ${name}`,
      on: { click: () => void press() },
    },
    label,
  );
  async function press() {
    button.disabled = true;
    await app.guard(run(), done);
    button.disabled = false;
  }
  return button;
}

/** @param {App} app @param {string} userId @param {string} name @param {HTMLElement} anchor */
function openOptions(app, userId, name, anchor) {
  openMenu({
    anchor,
    label: `Options for ${name}`,
    items: [
      {
        label: 'Remove from contacts',
        icon: 'trash',
        run: () => void app.guard(app.contacts.remove(userId), 'Removed from your contacts.'),
      },
      { label: 'Block', icon: 'block', isDanger: true, run: () => void confirmBlock(app, userId, name) },
    ],
  });
}

/** @param {App} app @param {string} userId @param {string} name */
export async function confirmBlock(app, userId, name) {
  const text =
    'Neither of you can write to or call the other, see when the other is online, or find the other. They are not told.';
  if (await ask(`Block ${name}?`, text, [{ label: 'Block', value: true, kind: 'danger' }]))
    await app.guard(app.contacts.block(userId), `${name} is blocked.`);
}
