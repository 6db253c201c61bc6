/** What a message carries, as nodes. */
import { h } from '../lib/dom.js';
import { icon } from '../lib/icons.js';
import { linkify } from '../lib/linkify.js';

const EMOJI_ONLY = /^(?:\p{Extended_Pictographic}|\p{Emoji_Component}|\u200d|\ufe0f|\s){1,12}$/u;

/** @param {import('../types').Content} content @returns {Array<Node | string>} */
export function contentNodes(content) {
  if (content.type === 'text') return [textNode(content.text ?? '')];
  if (content.type === 'location') return [locationLink(/** @type {any} */ (content))];
  if (content.type === 'image') return [imageLink(content), ...caption(content)];
  return [fileLink(content), ...caption(content)];
}

/** @param {string} text */
function textNode(text) {
  const isBig = EMOJI_ONLY.test(text) && !/[0-9#*]/.test(text) && [...text].length <= 6;
  return h('span', { class: isBig ? 'text text--big' : 'text', dir: 'auto' }, linkify(text));
}

/** @param {import('../types').Content} content */
function caption(content) {
  return content.caption ? [textNode(content.caption)] : [];
}

/** Only web addresses become links: anything else could run in this page. @param {unknown} url */
function safeUrl(url) {
  return typeof url === 'string' && /^(https?:\/\/|\/(?!\/))/.test(url) ? url : null;
}

/** @param {string | null} href @param {object} props @param {...any} children */
function outside(href, props, ...children) {
  return h('a', { ...props, href, target: '_blank', rel: 'noopener noreferrer' }, ...children);
}

/** @param {import('../types').Content} content */
function imageLink(content) {
  const url = safeUrl(content.url);
  const image = h('img', {
    src: safeUrl(content.thumbnailUrl) ?? url,
    alt: content.caption ?? 'Photo',
    loading: 'lazy',
    referrerpolicy: 'no-referrer',
  });
  return outside(url, { class: 'media' }, image);
}

/** @param {import('../types').Content} content */
function fileLink(content) {
  return outside(safeUrl(content.url), { class: 'file' }, icon('copy'), content.name ?? content.type);
}

/** @param {{ latitude: number, longitude: number, name?: string }} place */
function locationLink({ latitude, longitude, name }) {
  const url = `https://www.openstreetmap.org/?mlat=${Number(latitude)}&mlon=${Number(longitude)}#map=15/${Number(latitude)}/${Number(longitude)}`;
  return outside(
    url,
    { class: 'file' },
    icon('pin'),
    name ?? `${Number(latitude).toFixed(5)}, ${Number(longitude).toFixed(5)}`,
  );
}
