/** A list of people (or chats) to choose from, with a search; used wherever somebody is picked. */
import { fill, h } from '../lib/dom.js';
import { icon } from '../lib/icons.js';
import { errorText } from '../lib/words.js';
import { avatar } from './avatar.js';

const DELAY_MS = 250;

/** @typedef {{ id: string, name: string, sub?: string, avatarUrl?: string | null, isGroup?: boolean, isOnline?: boolean }} Choice */

/**
 * @param {{
 *   initial: Choice[],
 *   find: (query: string) => Promise<Choice[]> | Choice[],
 *   isMany: boolean,
 *   placeholder: string,
 *   onChange: (chosen: Choice[]) => void,
 * }} options with `isMany` rows are checkboxes, else buttons; `onChange` hears of each choice
 */
export function createPicker({ initial, find, isMany, placeholder, onChange }) {
  /** @type {Map<string, Choice>} */
  const chosen = new Map();
  const input = h('input', { type: 'search', placeholder, 'aria-label': placeholder, maxLength: 100 });
  const list = h('ul', { class: 'people' });
  const chips = h('div', { class: 'chips', 'aria-live': 'polite' });
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  /** @param {Choice[]} choices @param {string} [emptyText] */
  function show(choices, emptyText = 'Nobody found.') {
    if (choices.length === 0) fill(list, h('li', { class: 'empty' }, emptyText));
    else
      fill(
        list,
        ...choices.map((choice) => choiceRow(choice, isMany, chosen.has(choice.id), () => pick(choice))),
      );
  }

  /** @param {Choice} choice */
  function pick(choice) {
    if (chosen.has(choice.id)) chosen.delete(choice.id);
    else chosen.set(choice.id, choice);
    fill(
      chips,
      ...(isMany ? [...chosen.values()].map(({ name }) => h('span', { class: 'chip' }, name)) : []),
    );
    onChange([...chosen.values()]);
  }

  async function search() {
    const query = input.value.trim();
    if (query.length === 0) return show(initial, 'Search for somebody by name or phone number.');
    try {
      const found = await find(query);
      if (query === input.value.trim()) show(found);
    } catch (error) {
      show([], errorText(error));
    }
  }

  input.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(() => void search(), DELAY_MS);
  });
  show(initial, 'Search for somebody by name or phone number.');
  return h('div', { class: 'picker' }, h('div', { class: 'search' }, icon('search'), input), chips, list);
}

/** @param {Choice} choice @param {boolean} isMany @param {boolean} isChosen @param {() => void} onPick */
function choiceRow(choice, isMany, isChosen, onPick) {
  const text = h(
    'span',
    { class: 'person__text' },
    h('span', { class: 'person__name' }, choice.name),
    choice.sub && h('span', { class: 'person__sub' }, choice.sub),
  );
  if (!isMany)
    return h(
      'li',
      { class: 'person' },
      h('button', { class: 'person__main', type: 'button', on: { click: onPick } }, avatar(choice), text),
    );
  const box = h('input', { type: 'checkbox', checked: isChosen, on: { change: onPick } });
  return h('li', { class: 'person' }, h('label', { class: 'person__main' }, avatar(choice), text, box));
}

/** @param {import('../types').User} user @returns {Choice} */
export function asChoice(user) {
  const sub = user.username ? `@${user.username}` : user.bio || user.phoneNumber || '';
  return { id: user.id, name: user.name, sub, avatarUrl: user.avatarUrl, isOnline: user.online };
}
