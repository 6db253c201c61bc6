import { h } from '../lib/dom.js';
import { icon } from '../lib/icons.js';
import { openNewChat } from './new-chat.js';

/** What stands on a wide screen while no chat is open. @param {import('../page').App} app */
export function createPlaceholder(app) {
  const start = () => void openNewChat(app);
  return h(
    'div',
    { class: 'placeholder' },
    icon('logo'),
    h('h2', {}, 'Parley'),
    h('p', {}, 'Choose a chat on the left, or start a new one.'),
    h('button', { class: 'button button--primary', type: 'button', on: { click: start } }, 'Start a chat'),
  );
}
