/** What a message carries, as nodes. */
import { h } from '../lib/dom.js';
import { icon } from '../lib/icons.js';
import { linkify } from '../lib/linkify.js';
import { isOwnFile } from '../lib/media-url.js';
import { audioNode, isVoice } from './audio.js';
import { fileNode, filmNode, pictureNode } from './media.js';

const EMOJI_ONLY = /^(?:\p{Extended_Pictographic}|\p{Emoji_Component}|\u200d|\ufe0f|\s){1,12}$/u;

/** @typedef {import('../types').Content} Content */

/** @param {import('../page').App} app @param {import('../types').Message} message @returns {Array<Node | string>} */
export function contentNodes(app, message) {
  const { content } = message;
  if (!content) return [];
  if (content.type === 'text') return [textNode(content.text ?? '')];
  if (content.type === 'location') return [locationLink(/** @type {any} */ (content))];
  return [mediaNode(app, message, content), ...captionNodes(content)];
}

/** Sound and film of elsewhere are links: the page loads them from this server only. @param {import('../page').App} app @param {import('../types').Message} message @param {Content} content */
function mediaNode(app, message, content) {
  if (content.type === 'image') return pictureNode(app, message);
  if (!isOwnFile(content)) return fileNode(app, content);
  if (content.type === 'audio' || isVoice(content)) return audioNode(app, content);
  return content.type === 'video' ? filmNode(app, message) : fileNode(app, content);
}

/** Whether it is looked at, so that it fills its bubble. @param {Content | null} content */
export function isPictorial(content) {
  if (!content || isVoice(content)) return false;
  return content.type === 'image' || (content.type === 'video' && isOwnFile(content));
}

/** @param {string} text */
function textNode(text) {
  const isBig = EMOJI_ONLY.test(text) && !/[0-9#*]/.test(text) && [...text].length <= 6;
  return h('span', { class: isBig ? 'text text--big' : 'text', dir: 'auto' }, linkify(text));
}

/** @param {Content} content */
export function captionNodes(content) {
  return content.caption ? [textNode(content.caption)] : [];
}

/** @param {{ latitude: number, longitude: number, name?: string }} place */
function locationLink({ latitude, longitude, name }) {
  const [lat, lon] = [Number(latitude), Number(longitude)];
  const href = `https://www.openstreetmap.org/?mlat=${lat}&mlon=${lon}#map=15/${lat}/${lon}`;
  return h(
    'a',
    { class: 'place', href, target: '_blank', rel: 'noopener noreferrer' },
    icon('pin'),
    name ?? `${lat.toFixed(5)}, ${lon.toFixed(5)}`,
  );
}
