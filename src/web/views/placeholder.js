import { h } from '../lib/dom.js';
import { icon } from '../lib/icons.js';

/** What stands on a wide screen while no chat is open. */
export function createPlaceholder() {
  return h(
    'div',
    { class: 'placeholder' },
    icon('newChat'),
    h('h2', {}, 'Parley'),
    h('p', {}, 'Choose a chat on the left, or start a new one.'),
  );
}
