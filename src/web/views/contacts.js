/** One's contacts and the requests of others and one's own; the search shows how each person found stands to one. */
import { fill, h } from '../lib/dom.js';
import { icon } from '../lib/icons.js';
import { personRow } from './person-row.js';

const DELAY_MS = 250;

/** @typedef {import('../page').App} App */
/** @typedef {import('../types').Contact} Contact */

/** @param {App} app @returns {import('./drawer.js').Panel} */
export function contactsPanel(app) {
  const lists = h('div', {}, h('p', { class: 'empty', role: 'status' }, 'Loading contacts…'));
  const found = h('div', { 'aria-live': 'polite', hidden: true });
  const label = 'Find people by name, username or phone number';
  const input = h('input', {
    type: 'search',
    placeholder: 'Find people',
    'aria-label': label,
    maxLength: 100,
  });
  let revision = '';
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  async function load() {
    revision = app.contacts.revision();
    const { accepted, pending } = app.contacts;
    const all = await app.guard(Promise.all([pending('incoming'), pending('outgoing'), accepted()]));
    if (!all) return;
    const [incoming, outgoing, contacts] = all;
    fill(
      lists,
      section(app, 'Requests to you', incoming, 'pending_incoming'),
      section(app, 'Your requests', outgoing, 'pending_outgoing'),
      section(app, 'Contacts', contacts, 'contact'),
      incoming.length + outgoing.length + contacts.length === 0 &&
        h('p', { class: 'empty' }, 'No contacts yet. Find people above and send them a request.'),
    );
    await app.notices.viewRequests().catch(() => {});
  }

  async function search() {
    const query = input.value.trim();
    lists.hidden = query !== '';
    found.hidden = query === '';
    if (query === '') return;
    const people = await app.guard(app.contacts.search(query));
    if (!people || query !== input.value.trim()) return;
    const others = people.filter(({ id }) => id !== app.store.state.me?.id);
    fill(
      found,
      others.length === 0 && h('p', { class: 'empty' }, 'Nobody found.'),
      h(
        'ul',
        { class: 'people', 'aria-label': 'Found' },
        others.map((person) => personRow(app, person, person.relationship)),
      ),
    );
  }

  input.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(() => void search(), DELAY_MS);
  });

  return {
    title: 'Contacts',
    body: [h('div', { class: 'search' }, icon('search'), input), found, lists],
    render() {
      if (revision === app.contacts.revision()) return;
      void load();
      void search();
    },
  };
}

/** @param {App} app @returns {import('./drawer.js').Panel} */
export function blockedPanel(app) {
  const list = h('div', {}, h('p', { class: 'empty', role: 'status' }, 'Loading…'));
  let revision = '';

  async function load() {
    revision = app.contacts.revision();
    const blocked = await app.guard(app.contacts.blocked());
    if (blocked)
      fill(
        list,
        section(app, 'Blocked', blocked, 'blocked') || h('p', { class: 'empty' }, 'You blocked nobody.'),
      );
  }

  return {
    title: 'Blocked people',
    body: [list],
    render: () => revision !== app.contacts.revision() && void load(),
  };
}

/** @param {App} app @param {string} title @param {Contact[]} contacts @param {import('../types').Relationship} relationship */
function section(app, title, contacts, relationship) {
  return (
    contacts.length > 0 &&
    h(
      'section',
      {},
      h('h3', { class: 'results__title' }, title),
      h(
        'ul',
        { class: 'people', 'aria-label': title },
        contacts.map(({ user }) => personRow(app, user, relationship)),
      ),
    )
  );
}
