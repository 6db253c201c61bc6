/** A small emoji picker: the usual ones, and a field for any other. */
import { h } from '../lib/dom.js';

export const QUICK = ['👍', '❤️', '😂', '😮', '😢', '🙏'];

const MORE = Array.from(
  '😀😃😄😁😆😅🤣🙂😉😊😇🥰😍🤩😘😋😜🤪🤗🤔🤐😐😏🙄😬😌😴🤒🥳😎🤓😕😳🥺😭😱😤😡👋👌🤞👏🙌💪🤝👀🔥🎉✨💯💔🌹☕🍕🎂⚽🚗🏠💡✅❌❓',
);

/**
 * @param {{ label: string, list?: string[], canType?: boolean, onPick: (emoji: string) => void }} options
 * `canType` adds a field for an emoji that is not in the list
 */
export function emojiGrid({ label, list = [...QUICK, ...MORE], canType = false, onPick }) {
  const buttons = list.map((emoji) =>
    h(
      'button',
      { class: 'emoji', type: 'button', 'aria-label': emoji, on: { click: () => onPick(emoji) } },
      emoji,
    ),
  );
  const grid = h('div', { class: 'emoji-grid', role: 'group', 'aria-label': label }, buttons);
  if (!canType) return grid;
  const input = h('input', {
    'aria-label': 'Any other emoji',
    placeholder: 'Any other emoji',
    maxLength: 16,
  });
  const form = h(
    'form',
    { class: 'emoji-other' },
    input,
    h('button', { class: 'button', type: 'submit' }, 'Use'),
  );
  form.addEventListener('submit', (/** @type {Event} */ event) => {
    event.preventDefault();
    const first = firstSign(input.value.trim());
    if (first) onPick(first);
  });
  return h('div', {}, grid, form);
}

/** The first sign a person sees, however many code points it takes. @param {string} text */
function firstSign(text) {
  const [first] = new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(text);
  return first?.segment ?? '';
}
