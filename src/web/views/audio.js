/** A sound in a message: play, its waveform to look at and to move in, its length. */
import { h, setText } from '../lib/dom.js';
import { clockText } from '../lib/files.js';
import { icon } from '../lib/icons.js';
import { safeUrl } from '../lib/media-url.js';
import { iconButton } from './overlay.js';

const STEPS = 48;
const SVG = 'http://www.w3.org/2000/svg';

/** @typedef {import('../page').App} App */
/** @typedef {import('../types').Content} Content */

/** Recorded on this page, as opposed to a file with music. @param {Content} content */
export function isVoice(content) {
  return /^Voice message\b/.test(content.name ?? '') && ['audio', 'video'].includes(content.type);
}

/**
 * @param {App} app @param {Content} content
 * @param {HTMLElement | null} [pending] stands in the place of the play button while the file is on its way
 */
export function audioNode(app, content, pending = null) {
  const id = content.mediaId ?? '';
  const button = iconButton('play', 'Play', () => toggle(app, content, element), {
    class: 'icon-button audio__play',
    'data-focus': 'play',
  });
  const slider = h('input', {
    class: 'audio__slider',
    type: 'range',
    min: 0,
    max: 1000,
    step: 1,
    value: 0,
    'aria-label': 'Position',
    disabled: Boolean(pending),
    'data-focus': 'position',
  });
  slider.addEventListener('input', () => onSeek(app, element, id));
  const rate = h(
    'button',
    {
      class: 'audio__rate',
      type: 'button',
      'aria-label': 'Speed',
      hidden: true,
      on: { click: () => app.player.nextRate() },
    },
    '1×',
  );
  const element = h(
    'div',
    { class: 'audio', dataset: { sound: id, duration: content.durationMs ?? 0 } },
    pending ?? button,
    h('div', { class: 'audio__wave' }, waveform(content.waveform), slider),
    h(
      'div',
      { class: 'audio__foot' },
      h('span', { class: 'audio__time' }, clockText(content.durationMs)),
      h('span', { class: isVoice(content) ? 'sr-only' : 'audio__name' }, nameOf(content)),
      rate,
    ),
  );
  paint(app, element);
  return element;
}

/** @param {Content} content */
function nameOf(content) {
  return isVoice(content) ? 'Voice message' : (content.name ?? 'Audio');
}

/** Brings every sound that is shown up to what the player does. @param {App} app */
export function paintSounds(app) {
  for (const element of document.querySelectorAll('[data-sound]'))
    paint(app, /** @type {HTMLElement} */ (element));
}

/** @param {App} app @param {Content} content @param {HTMLElement} element */
function toggle(app, content, element) {
  const slider = /** @type {HTMLInputElement | null} */ (element.querySelector('.audio__slider'));
  const url = safeUrl(content.url) ?? '';
  app.player.toggle({
    id: content.mediaId ?? '',
    url,
    durationMs: content.durationMs,
    from: Number(slider?.value ?? 0) / 1000,
  });
}

/** @param {App} app @param {HTMLElement} element @param {string} id */
function onSeek(app, element, id) {
  const slider = /** @type {HTMLInputElement} */ (element.querySelector('.audio__slider'));
  const to = Number(slider.value) / 1000;
  if (app.player.state().id === id) app.player.seek(to);
  else paintPosition(element, to);
}

/** @param {App} app @param {HTMLElement} element */
function paint(app, element) {
  const playing = app.player.state();
  const isMine = playing.id !== '' && playing.id === element.dataset.sound;
  const button = element.querySelector('.audio__play');
  const isOn = isMine && playing.isPlaying;
  if (button && button.getAttribute('data-on') !== String(isOn)) {
    button.setAttribute('data-on', String(isOn));
    button.setAttribute('aria-label', isOn ? 'Pause' : 'Play');
    button.setAttribute('title', isOn ? 'Pause' : 'Play');
    button.replaceChildren(icon(isOn ? 'pause' : 'play'));
  }
  const whole = Number(element.dataset.duration) || (isMine ? playing.durationMs : 0);
  const isMoved = isMine && (playing.isPlaying || playing.position > 0);
  const time = element.querySelector('.audio__time');
  if (time) setText(time, clockText(isMoved ? playing.position * whole : whole));
  const rate = /** @type {HTMLElement | null} */ (element.querySelector('.audio__rate'));
  if (rate) {
    rate.hidden = !isMine;
    setText(rate, `${app.player.rate()}×`);
  }
  if (isMine) paintPosition(element, playing.position);
  else if (element.classList.contains('is-mine')) paintPosition(element, 0);
  element.classList.toggle('is-mine', isMine);
}

/** @param {HTMLElement} element @param {number} position 0 to 1 */
function paintPosition(element, position) {
  const slider = /** @type {HTMLInputElement | null} */ (element.querySelector('.audio__slider'));
  if (slider && document.activeElement !== slider) slider.value = String(Math.round(position * 1000));
  slider?.setAttribute('aria-valuetext', `${Math.round(position * 100)} %`);
  const bars = element.querySelectorAll('.audio__wave rect');
  bars.forEach((bar, index) => {
    bar.classList.toggle('is-played', index / bars.length < position);
  });
}

/** Bars as high as the sound is loud; low ones of the same height where nobody measured it. @param {number[] | undefined} loudness 0 to 100 each */
export function waveform(loudness) {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', `0 0 ${STEPS * 4} 32`);
  svg.setAttribute('preserveAspectRatio', 'none');
  svg.setAttribute('aria-hidden', 'true');
  for (let step = 0; step < STEPS; step += 1) {
    const loud = loudness?.length ? (loudness[Math.floor((step * loudness.length) / STEPS)] ?? 0) : 12;
    const height = Math.max(3, (loud * 30) / 100);
    const bar = document.createElementNS(SVG, 'rect');
    const shape = { x: step * 4 + 0.8, y: 16 - height / 2, width: 2.4, height, rx: 1.2 };
    for (const [name, value] of Object.entries(shape)) bar.setAttribute(name, String(value));
    svg.append(bar);
  }
  return svg;
}
