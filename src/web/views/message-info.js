import { h } from '../lib/dom.js';
import { nameOf } from '../state/selectors.js';
import { avatar } from './avatar.js';
import { openDialog } from './overlay.js';
import { ticks } from './ticks.js';

const GROUPS = [
  { status: 'read', title: 'Read by' },
  { status: 'delivered', title: 'Delivered to' },
  { status: 'sent', title: 'Not delivered yet' },
];

/** Who received and who read a message. @param {import('../page').App} app @param {import('../types').Message} message */
export async function openMessageInfo(app, message) {
  const answer = await app.guard(app.actions.receipts(message));
  if (!answer) return;
  const { state } = app.store;
  await openDialog('Message info', () =>
    GROUPS.flatMap(({ status, title }) => {
      const people = answer.receipts.filter((/** @type {any} */ receipt) => receipt.status === status);
      if (people.length === 0) return [];
      const rows = people.map((/** @type {{ userId: string }} */ { userId: id }) => {
        const name = nameOf(state, id);
        return h(
          'li',
          { class: 'person' },
          h(
            'span',
            { class: 'person__main' },
            avatar({ id, name, avatarUrl: state.users.get(id)?.avatarUrl }),
            name,
          ),
        );
      });
      return [
        h(
          'section',
          {},
          h('h3', { class: 'results__title' }, ticks(status), title),
          h('ul', { class: 'people' }, rows),
        ),
      ];
    }),
  );
}
