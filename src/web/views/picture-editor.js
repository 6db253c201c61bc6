/** The picture of a person or a group, with the ways to change it and to take it away. */
import { fill, h } from '../lib/dom.js';
import { icon } from '../lib/icons.js';
import { avatar } from './avatar.js';

/** @typedef {{ id: string, name: string, avatarUrl?: string | null, isGroup?: boolean }} Look */

/**
 * @param {() => Look} look what it is like now
 * @param {{ onPick: (file: File) => Promise<unknown>, onRemove: () => Promise<unknown> }} actions settle when it is done, well or not
 */
export function pictureEditor(look, { onPick, onRemove }) {
  const input = h('input', { type: 'file', accept: 'image/*', hidden: true, tabIndex: -1 });
  const change = h('button', {
    class: 'picture-editor__change',
    type: 'button',
    'aria-label': 'Change the picture',
    title: 'Change the picture',
    'data-focus': 'picture',
    on: { click: () => input.click() },
  });
  const remove = h(
    'button',
    { class: 'link', type: 'button', on: { click: () => void run(onRemove()) } },
    'Remove the picture',
  );
  const element = h('div', { class: 'picture-editor' }, change, input, remove);

  function render() {
    const { avatarUrl } = look();
    fill(
      change,
      avatar({ ...look(), size: 'big' }),
      h('span', { class: 'picture-editor__mark' }, icon('camera')),
    );
    remove.hidden = !avatarUrl;
  }

  /** @param {Promise<unknown>} task */
  async function run(task) {
    element.classList.add('is-busy');
    change.disabled = true;
    await task;
    element.classList.remove('is-busy');
    change.disabled = false;
    render();
  }

  input.addEventListener('change', () => {
    const [file] = input.files ?? [];
    input.value = '';
    if (file) void run(onPick(file));
  });
  render();
  return element;
}
