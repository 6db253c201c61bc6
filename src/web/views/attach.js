/** The ways by which files come into a message: the button, dropping and pasting. */
import { h } from '../lib/dom.js';
import { icon } from '../lib/icons.js';
import { iconButton, openMenu } from './overlay.js';

/** @typedef {(files: File[], options?: { asFile?: boolean }) => void} OnFiles */

/** The button with its menu. @param {OnFiles} onFiles */
export function attachButton(onFiles) {
  const seen = filePicker('image/*,video/*', (files) => onFiles(files));
  const any = filePicker('', (files) => onFiles(files, { asFile: true }));
  const button = iconButton('attach', 'Attach', (event) =>
    openMenu({
      anchor: event.currentTarget,
      label: 'Attach',
      items: [
        { label: 'Photos and videos', icon: 'image', run: () => seen.click() },
        { label: 'File', icon: 'document', run: () => any.click() },
      ],
    }),
  );
  return h('span', { class: 'attach' }, button, seen, any);
}

/** @param {string} accept @param {(files: File[]) => void} onFiles */
function filePicker(accept, onFiles) {
  const input = h('input', {
    type: 'file',
    multiple: true,
    hidden: true,
    accept: accept || null,
    tabIndex: -1,
  });
  input.addEventListener('change', () => {
    onFiles([...(input.files ?? [])]);
    // The same file can be picked again.
    input.value = '';
  });
  return input;
}

/**
 * Lets files be dropped on a part of the page; while some hang over it, it says so.
 * @param {HTMLElement} area @param {OnFiles} onFiles
 */
export function acceptDrops(area, onFiles) {
  const note = h(
    'div',
    { class: 'drop', hidden: true },
    icon('attach'),
    h('span', {}, 'Drop files here to send them'),
  );
  area.append(note);
  // Every child entered and left tells of itself.
  let depth = 0;
  const set = (/** @type {number} */ next) => {
    depth = Math.max(0, next);
    note.hidden = depth === 0;
  };
  area.addEventListener('dragenter', (event) => hasFiles(event) && set(depth + 1));
  area.addEventListener('dragleave', (event) => hasFiles(event) && set(depth - 1));
  area.addEventListener('drop', (event) => {
    set(0);
    const files = [...(event.dataTransfer?.files ?? [])];
    if (files.length > 0) onFiles(files);
  });
}

/** A file that misses its place must not replace the page. @returns {() => void} the way to stop it */
export function catchStrayDrops() {
  const stop = (/** @type {DragEvent} */ event) => {
    if (hasFiles(event)) event.preventDefault();
  };
  addEventListener('dragover', stop);
  addEventListener('drop', stop);
  return () => {
    removeEventListener('dragover', stop);
    removeEventListener('drop', stop);
  };
}

/** @param {DragEvent} event */
function hasFiles(event) {
  return Boolean(event.dataTransfer?.types.includes('Files'));
}

/** Pictures and files from the clipboard. @param {HTMLElement} input @param {OnFiles} onFiles */
export function acceptPastes(input, onFiles) {
  input.addEventListener('paste', (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length === 0) return;
    event.preventDefault();
    onFiles(files);
  });
}
