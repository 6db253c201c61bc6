/** Picked files before they are sent: what they look like, what they say, and the way to drop one. Each chat has its own. */
import { fill, h } from '../lib/dom.js';
import { endingOf, kindOf, measure, sizeText } from '../lib/files.js';
import { icon } from '../lib/icons.js';
import { iconButton, toast } from './overlay.js';

const MAX_FILES = 20;
const MAX_CAPTION = 4096;

/** @typedef {ReturnType<typeof createTray>} Tray */
/** @typedef {{ file: File, kind: 'image' | 'video' | 'audio' | 'document', url: string | null, facts: object, caption: string, isMeasured: Promise<void> }} Picked */

/** @param {{ onChange: () => void, onSubmit: () => void }} options */
export function createTray({ onChange, onSubmit }) {
  /** @type {Map<string, Picked[]>} */
  const byChat = new Map();
  let chatId = '';
  const list = h('ul', { class: 'tray__list', 'aria-label': 'Files to send' });
  const element = h('div', { class: 'tray', hidden: true }, list);

  /** @returns {Picked[]} */
  function picked() {
    return byChat.get(chatId) ?? [];
  }

  function render() {
    element.hidden = picked().length === 0;
    fill(list, picked().map(card));
    onChange();
  }

  /** @param {Picked} item */
  function card(item) {
    const { file } = item;
    const isAlone = picked().length === 1;
    const caption = h('input', {
      class: 'tray__caption',
      value: item.caption,
      maxLength: MAX_CAPTION,
      placeholder: 'Caption',
      'aria-label': `Caption for ${file.name}`,
      dir: 'auto',
      on: {
        input: () => Object.assign(item, { caption: caption.value }),
        keydown: (/** @type {KeyboardEvent} */ event) => onCaptionKey(event),
      },
    });
    return h(
      'li',
      { class: 'tray__item' },
      look(item),
      iconButton('close', `Remove ${file.name}`, () => remove(item), { class: 'icon-button tray__remove' }),
      h('span', { class: 'tray__name', title: file.name }, file.name),
      // The text box below is the caption of a single file.
      !isAlone && caption,
    );
  }

  /** @param {KeyboardEvent} event */
  function onCaptionKey(event) {
    if (event.key !== 'Enter' || event.isComposing) return;
    event.preventDefault();
    onSubmit();
  }

  /** @param {Picked} item */
  function remove(item) {
    if (item.url) URL.revokeObjectURL(item.url);
    const index = picked().indexOf(item);
    byChat.set(
      chatId,
      picked().filter((other) => other !== item),
    );
    render();
    const buttons = list.querySelectorAll('.tray__remove');
    /** @type {HTMLElement | undefined} */ (buttons[Math.min(index, buttons.length - 1)])?.focus();
  }

  return {
    element,
    count: () => picked().length,
    /** @param {string | null} next */
    open(next) {
      chatId = next ?? '';
      render();
    },
    /** @param {Iterable<File>} files @param {{ asFile?: boolean }} [options] `asFile`: photos and films as plain files */
    add(files, { asFile = false } = {}) {
      const room = MAX_FILES - picked().length;
      const all = [...files];
      if (all.length > room) toast(`At most ${MAX_FILES} files at once.`);
      byChat.set(chatId, [...picked(), ...all.slice(0, room).map((file) => pick(file, asFile))]);
      render();
    },
    /** Gives what was picked, and is empty. */
    take() {
      const items = picked();
      byChat.delete(chatId);
      render();
      return items;
    },
  };
}

/** @param {File} file @param {boolean} asFile @returns {Picked} */
function pick(file, asFile) {
  const found = kindOf(file);
  const isSeen = found === 'image' || found === 'video';
  const url = isSeen ? URL.createObjectURL(file) : null;
  const kind = asFile && isSeen ? 'document' : found;
  /** @type {Picked} */
  const item = { file, kind, url, facts: {}, caption: '', isMeasured: Promise.resolve() };
  if (url && isSeen)
    item.isMeasured = measure(url, found).then((facts) => {
      item.facts = kind === 'document' ? {} : facts;
    });
  return item;
}

/** @param {Picked} item */
function look({ file, kind, url }) {
  const isFilm = file.type.startsWith('video/');
  const picture = url && !isFilm ? h('img', { src: url, alt: '' }) : null;
  const film =
    url && isFilm ? h('video', { src: `${url}#t=0.1`, preload: 'metadata', playsinline: true }) : null;
  if (film) film.muted = true;
  const sheet = h(
    'span',
    { class: 'tray__sheet' },
    icon(kind === 'audio' ? 'sound' : 'document'),
    endingOf(file.name),
  );
  return h(
    'span',
    { class: 'tray__look' },
    picture ?? film ?? sheet,
    film && h('span', { class: 'tray__play' }, icon('play')),
    h('span', { class: 'tray__size' }, sizeText(file.size)),
  );
}
