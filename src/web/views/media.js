/** Pictures, films and files in a message. */
import { h } from '../lib/dom.js';
import { clockText, endingOf, sizeText } from '../lib/files.js';
import { icon } from '../lib/icons.js';
import { isOver, isOwnFile, ownFile, safeUrl } from '../lib/media-url.js';
import { openLightbox } from './lightbox.js';

const MAX_WIDTH = 330;
const MAX_HEIGHT = 340;
const MIN_WIDTH = 150;
/** A picture that moves is shown itself, as its small one stands still. */
const MAX_GIF_BYTES = 4 * 1024 * 1024;

/** @typedef {import('../page').App} App */
/** @typedef {import('../types').Content} Content */
/** @typedef {import('../types').Message} Message */

/** Opens the viewer. @param {App} app @param {Message} message */
export function pictureNode(app, message) {
  const content = /** @type {Content} */ (message.content);
  const url = app.previews.of(content.mediaId) ?? smallAddress(content);
  return openButton(app, message, 'Open the photo', url ? picture(url, content) : missing());
}

/** A film's first frame; it plays in the viewer. @param {App} app @param {Message} message */
export function filmNode(app, message) {
  const content = /** @type {Content} */ (message.content);
  const poster = safeUrl(content.thumbnailUrl);
  const frame = poster ? picture(poster, content) : h('span', { class: 'media__blank' });
  return openButton(
    app,
    message,
    'Play the video',
    frame,
    h('span', { class: 'media__play' }, icon('play')),
    content.durationMs ? h('span', { class: 'media__length' }, clockText(content.durationMs)) : null,
  );
}

/** @param {App} app @param {Message} message @param {string} label @param {...any} children */
function openButton(app, message, label, ...children) {
  const { caption } = message.content ?? {};
  const props = { class: 'media', type: 'button', 'data-focus': 'media' };
  return h(
    'button',
    {
      ...props,
      'aria-label': caption ? `${label}: ${caption.slice(0, 100)}` : label,
      on: { click: () => openLightbox(app, message) },
    },
    children,
  );
}

/** @param {Content} content */
function smallAddress({ type, url, thumbnailUrl, mimeType, size = 0 }) {
  const isMoving = mimeType === 'image/gif' && size < MAX_GIF_BYTES;
  return type === 'image' && isMoving ? safeUrl(url) : (safeUrl(thumbnailUrl) ?? safeUrl(url));
}

/** A picture whose place is kept while it is loaded. @param {string} url @param {Content} content */
function picture(url, content) {
  const image = h('img', {
    src: url,
    alt: '',
    decoding: 'sync',
    loading: 'lazy',
    referrerpolicy: 'no-referrer',
    ...fitted(content),
  });
  image.addEventListener('error', () => image.replaceWith(missing()));
  return image;
}

function missing() {
  return h('span', { class: 'media__blank media__blank--gone' }, icon('image'), 'Not available');
}

/** @param {Content} content @returns {{ width?: number, height?: number }} */
export function fitted({ width = 0, height = 0 }) {
  if (!(width > 0 && height > 0)) return {};
  const scale = Math.min(1, MAX_WIDTH / width, MAX_HEIGHT / height);
  const shown = Math.max(MIN_WIDTH, Math.round(width * scale));
  return { width: shown, height: Math.min(MAX_HEIGHT, Math.max(60, Math.round((height / width) * shown))) };
}

/** A link that saves or opens the file. @param {App} app @param {Content} content */
export function fileNode(app, content) {
  const link = h(
    'a',
    { class: 'file', href: safeUrl(content.url), target: '_blank', rel: 'noopener noreferrer' },
    ...fileParts(content, icon('download', 'file__save')),
  );
  if (!isOwnFile(content)) return link;
  link.setAttribute('download', content.name ?? '');
  link.addEventListener('click', (/** @type {Event} */ event) => onFile(app, content, link, event));
  return link;
}

/** The address may have ended while the page stood open. @param {App} app @param {Content} content @param {HTMLAnchorElement} link @param {Event} event */
function onFile(app, content, link, event) {
  const own = ownFile(content.url);
  if (!own || !isOver(link.href)) return;
  event.preventDefault();
  void app.guard(
    app.renewal.fresh(own.id).then((media) => {
      link.href = safeUrl(media.url) ?? '';
      link.click();
    }),
  );
}

/** What a file says of itself. @param {Content} content @param {Node} [mark] */
export function fileParts({ name = 'File', size, type }, mark) {
  const facts = [endingOf(name) || (type === 'document' ? '' : type), size ? sizeText(size) : ''];
  return [
    h('span', { class: 'file__sheet' }, icon('document')),
    h(
      'span',
      { class: 'file__text' },
      h('span', { class: 'file__name' }, name),
      h('span', { class: 'file__facts' }, facts.filter(Boolean).join(' · ')),
    ),
    mark,
  ];
}
