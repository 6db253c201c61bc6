/** After a call: how it was. What the browser measured goes along. */
import { h } from '../lib/dom.js';
import { icon } from '../lib/icons.js';

const RATINGS = [1, 2, 3, 4, 5];

/** @param {import('../page').App} app @param {import('../types').OwnCall} own */
export function ratingForm(app, own) {
  const close = h('button', { class: 'button', type: 'button', on: { click: app.calls.dismiss } }, 'Close');
  if (own.since === null) return close;
  const stars = RATINGS.map((rating) =>
    h(
      'button',
      {
        class: 'stars__star',
        type: 'button',
        'aria-label': `${rating} of 5`,
        title: `${rating} of 5`,
        on: { click: () => void app.guard(app.calls.rate(rating), 'Thank you.') },
      },
      icon('star'),
    ),
  );
  return h(
    'div',
    { class: 'stars' },
    h('p', {}, 'How was the call?'),
    h('div', { class: 'stars__row', role: 'group', 'aria-label': 'How was the call?' }, stars),
    close,
  );
}
