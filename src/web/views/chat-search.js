import { fill, h } from '../lib/dom.js';
import { icon } from '../lib/icons.js';
import { dayLabel } from '../lib/time.js';
import { errorText, snippet } from '../lib/words.js';
import { nameOf } from '../state/selectors.js';
import { foundMessage } from './search-results.js';

const DELAY_MS = 300;

/** Search within one chat. @param {import('../page').App} app @param {string} chatId @returns {import('./drawer.js').Panel} */
export function chatSearchPanel(app, chatId) {
  const { state } = app.store;
  const label = 'Search messages';
  const input = h('input', { type: 'search', placeholder: label, 'aria-label': label, maxLength: 100 });
  const results = h('ul', { class: 'people', 'aria-live': 'polite' });
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  async function search() {
    const query = input.value.trim();
    if (query === '') return fill(results);
    try {
      const { messages } = await app.actions.searchChat(chatId, query);
      if (query === input.value.trim()) show(messages);
    } catch (error) {
      fill(results, h('li', { class: 'empty' }, errorText(error)));
    }
  }

  /** @param {import('../types').Message[]} messages */
  function show(messages) {
    if (messages.length === 0) return fill(results, h('li', { class: 'empty' }, 'No messages found.'));
    fill(
      results,
      ...messages.map((message) => {
        const sender = nameOf(state, message.senderId);
        return foundMessage(
          message,
          dayLabel(message.createdAt),
          sender,
          snippet(state, message),
          () => void app.jumpTo(message),
        );
      }),
    );
  }

  input.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(() => void search(), DELAY_MS);
  });
  return {
    title: 'Search in this chat',
    body: [h('div', { class: 'search' }, icon('search'), input), results],
  };
}
