/** What one story shows. */
import { h } from '../lib/dom.js';
import { isOver, safeUrl } from '../lib/media-url.js';
import { paint } from '../lib/story-look.js';

const WORD_MS = 250;
const TEXT_MIN_MS = 5000;
const TEXT_MAX_MS = 15_000;
const PICTURE_MS = 6000;

/** @typedef {{ element: HTMLElement, ready: Promise<number>, play: () => void, pause: () => void }} Slide */

/**
 * Makes the picture, film or words of a story. `ready` answers for how many ms it is shown, once there is something to see; it fails
 * when the story is gone or cannot be shown.
 * @param {import('../page').App} app @param {import('../types').Story} story @returns {Slide}
 */
export function createSlide(app, story) {
  if (story.type === 'text') return textSlide(story);
  return story.type === 'video' ? filmSlide(app, story) : pictureSlide(app, story);
}

/** @param {import('../types').Story} story @returns {Slide} */
function textSlide({ text, background }) {
  const words = (text ?? '').split(/\s+/).length;
  const size = (text ?? '').length > 280 ? 'is-long' : '';
  const element = h('div', { class: `slide slide--text ${size}` }, h('p', {}, text));
  paint(element, background);
  const shownMs = Math.min(Math.max(words * WORD_MS, TEXT_MIN_MS), TEXT_MAX_MS);
  return { element, ready: Promise.resolve(shownMs), play() {}, pause() {} };
}

/** @param {import('../page').App} app @param {import('../types').Story} story @returns {Slide} */
function pictureSlide(app, story) {
  const image = h('img', {
    class: 'slide__media',
    alt: story.caption ?? 'Picture',
    referrerpolicy: 'no-referrer',
  });
  const ready = source(app, story, image, 'load').then(() => PICTURE_MS);
  return { element: slideOf(image), ready, play() {}, pause() {} };
}

/** @param {import('../page').App} app @param {import('../types').Story} story @returns {Slide} */
function filmSlide(app, story) {
  const film = h('video', { class: 'slide__media', playsinline: true, preload: 'auto' });
  const ready = source(app, story, film, 'loadedmetadata').then(() =>
    Number.isFinite(film.duration) ? film.duration * 1000 : PICTURE_MS,
  );
  return {
    element: slideOf(film),
    ready,
    // Without a gesture a browser may refuse sound, but not the film.
    play: () =>
      void film.play().catch(() => {
        film.muted = true;
        void film.play().catch(() => {});
      }),
    pause: () => film.pause(),
  };
}

/** @param {HTMLElement} media */
function slideOf(media) {
  return h('div', { class: 'slide' }, media);
}

/**
 * Gives the element its file. An address that is over, or that fails, is asked for once more.
 * @param {import('../page').App} app @param {import('../types').Story} story @param {any} element @param {string} event
 */
async function source(app, story, element, event) {
  if (!isOver(story.mediaUrl)) {
    try {
      return await loaded(element, story.mediaUrl, event);
    } catch {
      // Tried again below.
    }
  }
  return loaded(element, (await app.stories.get(story.id)).mediaUrl, event);
}

/** @param {any} element @param {string | null} url @param {string} event @returns {Promise<void>} */
function loaded(element, url, event) {
  return new Promise((resolve, reject) => {
    element.addEventListener(event, () => resolve(), { once: true });
    element.addEventListener('error', () => reject(new Error('The file cannot be shown.')), { once: true });
    element.src = safeUrl(url) ?? '';
  });
}
