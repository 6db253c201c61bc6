/** Photos and films of a chat, large, one after another. */
import { fill, h, setText } from '../lib/dom.js';
import { isOwnFile, safeUrl } from '../lib/media-url.js';
import { dayAndTime } from '../lib/time.js';
import { nameOf } from '../state/selectors.js';
import { visibleMessages } from '../state/timeline.js';
import { iconButton } from './overlay.js';

const SWIPE_PX = 60;

/** @typedef {import('../page').App} App */
/** @typedef {import('../types').Message} Message */

/** Opens at this message; arrow keys and swipes go to the others that are loaded, Esc closes. @param {App} app @param {Message} first */
export function openLightbox(app, first) {
  const { state } = app.store;
  let shown = first;
  const who = h('span', { class: 'lightbox__who' });
  const when = h('span', { class: 'lightbox__when' });
  const stage = h('div', { class: 'lightbox__stage' });
  const caption = h('p', { class: 'lightbox__caption', dir: 'auto' });
  const save = h(
    'a',
    { class: 'button lightbox__save', target: '_blank', rel: 'noopener noreferrer' },
    'Save',
  );
  const before = iconButton('back', 'Previous', () => move(-1), { class: 'icon-button lightbox__step' });
  const after = iconButton('next', 'Next', () => move(1), { class: 'icon-button lightbox__step is-next' });
  const dialog = h(
    'dialog',
    { class: 'lightbox', 'aria-label': 'Viewer' },
    h(
      'header',
      { class: 'lightbox__head' },
      h('span', { class: 'lightbox__names' }, who, when),
      save,
      iconButton('close', 'Close', () => dialog.close()),
    ),
    stage,
    before,
    after,
    caption,
  );

  /** Those that are there now: more may be loaded, or deleted, while the viewer is open. */
  function all() {
    return visibleMessages(state.timelines.get(first.chatId)).filter(isShowable);
  }

  /** @param {number} step */
  function move(step) {
    const messages = all();
    const next = messages[messages.findIndex(({ id }) => id === shown.id) + step];
    if (next) show(next);
  }

  /** @param {Message} message */
  function show(message) {
    shown = message;
    const content = message.content ?? { type: '' };
    setText(who, nameOf(state, message.senderId));
    setText(when, dayAndTime(message.createdAt));
    setText(caption, content.caption ?? '');
    caption.hidden = !content.caption;
    const url = safeUrl(content.url) ?? '';
    save.href = url;
    if (isOwnFile(content)) save.setAttribute('download', content.name ?? '');
    else save.removeAttribute('download');
    fill(stage, content.type === 'video' ? film(url, content) : photo(url, content));
    const index = all().findIndex(({ id }) => id === message.id);
    before.hidden = index <= 0;
    after.hidden = index === -1 || index === all().length - 1;
  }

  dialog.addEventListener('keydown', (/** @type {KeyboardEvent} */ event) => {
    if (event.target instanceof HTMLVideoElement) return;
    if (event.key === 'ArrowLeft') move(-1);
    if (event.key === 'ArrowRight') move(1);
  });
  dialog.addEventListener('click', (/** @type {Event} */ event) => event.target === stage && dialog.close());
  dialog.addEventListener('close', () => {
    fill(stage);
    dialog.remove();
  });
  onSwipe(stage, move);
  show(first);
  document.body.append(dialog);
  app.player.pause();
  dialog.showModal();
}

/** @param {Message} message */
function isShowable({ content }) {
  return content?.type === 'image' || (content?.type === 'video' && isOwnFile(content));
}

/** @param {string} url @param {import('../types').Content} content */
function photo(url, content) {
  const image = h('img', {
    class: 'lightbox__photo',
    src: url,
    alt: content.caption ?? 'Photo',
    referrerpolicy: 'no-referrer',
  });
  image.addEventListener('error', () =>
    image.replaceWith(h('p', { role: 'alert' }, 'This photo is not available.')),
  );
  image.addEventListener('click', () => image.classList.toggle('is-zoomed'));
  return image;
}

/** @param {string} url @param {import('../types').Content} content */
function film(url, content) {
  const props = {
    class: 'lightbox__film',
    controls: true,
    autoplay: true,
    playsinline: true,
    preload: 'metadata',
  };
  const video = h('video', {
    ...props,
    'aria-label': content.caption ?? 'Video',
    poster: safeUrl(content.thumbnailUrl),
    src: url,
  });
  video.addEventListener('error', () =>
    video.replaceWith(h('p', { role: 'alert' }, 'This video cannot be played here. Save it to watch it.')),
  );
  return video;
}

/** @param {HTMLElement} element @param {(step: number) => void} move */
function onSwipe(element, move) {
  let from = 0;
  element.addEventListener(
    'touchstart',
    (event) => {
      from = event.touches.length === 1 ? (event.touches[0]?.clientX ?? 0) : Number.NaN;
    },
    { passive: true },
  );
  element.addEventListener('touchend', (event) => {
    const moved = (event.changedTouches[0]?.clientX ?? 0) - from;
    if (Math.abs(moved) > SWIPE_PX && !element.querySelector('.is-zoomed')) move(moved > 0 ? -1 : 1);
  });
}
