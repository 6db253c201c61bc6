/** A message on its way, or one that was refused. */
import { h } from '../lib/dom.js';
import { icon } from '../lib/icons.js';
import { timeOfDay } from '../lib/time.js';
import { errorText } from '../lib/words.js';
import { audioNode, isVoice } from './audio.js';
import { captionNodes, contentNodes } from './content.js';
import { fileParts, fitted } from './media.js';
import { openOutgoingMenu } from './message-menu.js';
import { ticks } from './ticks.js';

const RING = 2 * Math.PI * 18;
const SVG = 'http://www.w3.org/2000/svg';

/** @typedef {import('../page').App} App */
/** @typedef {import('../types').Outgoing} Outgoing */

/** @param {App} app @param {Outgoing} entry @param {boolean} isFirst @param {HTMLElement | null | undefined} quote */
export function outgoingRow(app, entry, isFirst, quote) {
  const isFailed = Boolean(entry.error);
  const classes = ['bubble is-own is-pending', isFirst && 'is-first', isShown(entry) && 'bubble--media'];
  return h(
    'div',
    { class: `row is-own ${isFirst ? 'is-first' : ''}`, 'data-row': true, dataset: { id: entry.tempId } },
    h(
      'article',
      { class: classes.filter(Boolean).join(' '), 'aria-label': isFailed ? 'Not sent' : 'Sending' },
      quote,
      h('div', { class: 'bubble__body' }, bodyNodes(app, entry)),
      h(
        'span',
        { class: 'bubble__meta' },
        h('time', {}, timeOfDay(entry.createdAt)),
        ticks(isFailed ? 'failed' : 'sending'),
      ),
    ),
    isFailed &&
      h(
        'button',
        {
          class: 'failed',
          type: 'button',
          on: { click: (/** @type {any} */ e) => openOutgoingMenu(app, entry, e.currentTarget) },
        },
        `Not sent: ${errorText({ message: entry.error })}`,
      ),
  );
}

/** @param {Outgoing} entry */
function isShown({ content, upload }) {
  return upload !== undefined && ['image', 'video'].includes(content.type) && !isVoice(content);
}

/** @param {App} app @param {Outgoing} entry */
function bodyNodes(app, entry) {
  const { content, upload } = entry;
  if (upload === undefined) return contentNodes(app, { ...asMessage(app, entry), content });
  const ring = entry.error ? retryButton(app, entry) : progressRing(app, entry);
  if (isShown(entry))
    return [h('div', { class: 'media' }, preview(app, entry), ring), ...captionNodes(content)];
  if (content.type === 'audio' || isVoice(content))
    return [audioNode(app, content, ring), ...captionNodes(content)];
  return [h('div', { class: 'file' }, ring, ...fileParts(content).slice(1)), ...captionNodes(content)];
}

/** @param {App} app @param {Outgoing} entry @returns {import('../types').Message} */
function asMessage(app, { tempId, chatId, createdAt, content }) {
  const senderId = app.store.state.me?.id ?? '';
  return { id: tempId, chatId, senderId, createdAt, content, seq: 0, rev: 0 };
}

/** @param {App} app @param {Outgoing} entry */
function preview(app, { tempId, content }) {
  const url = app.previews.of(tempId);
  if (!url) return h('span', { class: 'media__blank' });
  if (content.type === 'image') return h('img', { src: url, alt: '', decoding: 'sync', ...fitted(content) });
  const film = h('video', {
    src: `${url}#t=0.1`,
    preload: 'metadata',
    playsinline: true,
    ...fitted(content),
  });
  film.muted = true;
  return film;
}

/** How much has gone, and the way to stop it. @param {App} app @param {Outgoing} entry */
function progressRing(app, entry) {
  const name = entry.content.name ?? 'the file';
  const ring = document.createElementNS(SVG, 'svg');
  ring.setAttribute('viewBox', '0 0 44 44');
  ring.setAttribute('aria-hidden', 'true');
  for (const className of ['progress__track', 'progress__done']) {
    const circle = document.createElementNS(SVG, 'circle');
    for (const [key, value] of Object.entries({ cx: 22, cy: 22, r: 18, class: className }))
      circle.setAttribute(key, String(value));
    ring.append(circle);
  }
  const stop = h(
    'button',
    {
      class: 'progress__stop',
      type: 'button',
      'aria-label': `Cancel sending ${name}`,
      title: 'Cancel',
      'data-focus': 'cancel',
      on: { click: () => app.cancelUpload(entry) },
    },
    icon('close'),
  );
  const props = {
    role: 'progressbar',
    'aria-label': `Sending ${name}`,
    'aria-valuemin': 0,
    'aria-valuemax': 100,
  };
  const element = h('span', { class: 'progress', ...props }, ring, stop);
  paintProgress(element, app.files.fraction(entry.tempId));
  return element;
}

/** @param {App} app @param {Outgoing} entry */
function retryButton(app, entry) {
  return h(
    'button',
    {
      class: 'progress progress--retry',
      type: 'button',
      'aria-label': `Try again to send ${entry.content.name ?? 'the file'}`,
      title: 'Try again',
      on: { click: () => app.files.retry(entry) },
    },
    icon('retry'),
  );
}

/** @param {Element | null | undefined} element @param {number} fraction 0 to 1 */
export function paintProgress(element, fraction) {
  const done = element?.querySelector('.progress__done');
  if (!element || !done) return;
  element.setAttribute('aria-valuenow', String(Math.round(fraction * 100)));
  done.setAttribute('stroke-dasharray', `${Math.max(0.03, fraction) * RING} ${RING}`);
}
