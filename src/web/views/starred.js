import { h } from '../lib/dom.js';
import { snippet } from '../lib/words.js';
import { nameOf, titleOf } from '../state/selectors.js';
import { openDialog } from './overlay.js';
import { foundMessage } from './search-results.js';

/** @param {import('../page').App} app */
export async function openStarred(app) {
  const answer = await app.guard(app.actions.starred());
  if (!answer) return;
  const { state } = app.store;
  const target = await openDialog('Starred messages', (close) => {
    const rows = answer.messages.map((/** @type {import('../types').Message} */ message) => {
      const chat = state.chats.get(message.chatId);
      const title = chat ? titleOf(state, chat) : 'Chat';
      return foundMessage(message, title, nameOf(state, message.senderId), snippet(state, message), () =>
        close(message),
      );
    });
    return rows.length > 0
      ? [h('ul', { class: 'people' }, rows)]
      : [h('p', { class: 'empty' }, 'Star a message from its menu to find it here again.')];
  });
  if (target) await app.jumpTo(target);
}
