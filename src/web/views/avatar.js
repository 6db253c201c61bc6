import { h } from '../lib/dom.js';
import { icon } from '../lib/icons.js';
import { safeUrl } from '../lib/media-url.js';

const COLOURS = 8;

/**
 * A round picture, or the initials on a colour that stays the same for one id.
 * @param {{ id: string, name: string, avatarUrl?: string | null, isGroup?: boolean, isOnline?: boolean, size?: string }} who
 */
export function avatar({ id, name, avatarUrl, isGroup = false, isOnline = false, size = '' }) {
  const element = h('span', {
    class: `avatar avatar--c${hash(id) % COLOURS} ${size && `avatar--${size}`}`,
    'aria-hidden': 'true',
  });
  const initials = initialsOf(name);
  element.append(initials ? h('span', {}, initials) : icon(isGroup ? 'group' : 'person'));
  const url = safeUrl(avatarUrl);
  if (url && !url.startsWith('http:')) element.append(picture(url));
  if (isOnline) element.append(h('span', { class: 'avatar__online' }));
  return element;
}

/** Covers the initials once it is loaded, and goes when it cannot be. @param {string} url */
function picture(url) {
  const image = h('img', { src: url, alt: '', loading: 'lazy', referrerpolicy: 'no-referrer' });
  image.addEventListener('error', () => image.remove());
  return image;
}

/** @param {string} name */
function initialsOf(name) {
  const words = name.trim().split(/\s+/).filter(Boolean);
  const letters = [words[0], words.length > 1 ? words.at(-1) : ''].map(
    (word) => Array.from(word ?? '')[0] ?? '',
  );
  return /^[\p{L}\p{N}]/u.test(letters[0] ?? '') ? letters.join('').toUpperCase() : '';
}

/** @param {string} text */
function hash(text) {
  let sum = 7;
  for (const char of text) sum = (sum * 31 + (char.codePointAt(0) ?? 0)) >>> 0;
  return sum;
}
