/** The call one is in: the others' pictures, one's own, and the buttons. Can be made small, so that one can write meanwhile. */

import { phaseText } from '../lib/call-words.js';
import { fill, h, reconcile, setText } from '../lib/dom.js';
import { stopwatch } from '../lib/time.js';
import { nameOf, titleOf } from '../state/selectors.js';
import { avatar } from './avatar.js';
import { ratingForm } from './call-rating.js';
import { createCallTile, playIn } from './call-tile.js';
import { iconButton } from './overlay.js';

const TICK_MS = 500;

/** @typedef {import('../types').OwnCall} OwnCall */

/** @param {import('../page').App} app */
export function createCallPanel(app) {
  const { calls } = app;
  let isSmall = false;
  /** The call whose end has been drawn. @type {OwnCall | null} */
  let ended = null;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  let ticker;

  const title = h('h2', { class: 'call__title' });
  const status = h('p', { class: 'call__status', role: 'status' });
  const face = h('div', { class: 'call__face' });
  const tiles = h('div', { class: 'call__tiles' });
  const self = h('video', {
    class: 'call__self',
    autoplay: true,
    playsinline: true,
    'aria-label': 'Your camera',
  });
  self.muted = true;
  const mute = iconButton('mic', 'Mute', calls.toggleMuted, { class: 'call__button' });
  const camera = iconButton('videoOff', 'Turn camera on', toggleCamera, { class: 'call__button' });
  const hangUp = iconButton('hangUp', 'Hang up', calls.hangUp, { class: 'call__button call__button--end' });
  const size = iconButton('shrink', 'Make the call small', toggleSize, { class: 'call__size' });
  const bar = h('div', { class: 'call__bar' }, mute, camera, hangUp);
  const rating = h('div', { class: 'call__rating' });
  const element = h(
    'section',
    { class: 'call', 'aria-label': 'Call', hidden: true },
    size,
    h('header', { class: 'call__head' }, face, title, status),
    tiles,
    self,
    rating,
    bar,
  );

  function toggleCamera() {
    camera.disabled = true;
    void app.guard(calls.toggleCamera()).finally(() => {
      camera.disabled = false;
    });
  }

  function toggleSize() {
    isSmall = !isSmall;
    render();
  }

  function render() {
    const own = calls.current();
    element.hidden = own === null;
    if (!own) return clear();
    ticker ??= setInterval(() => setStatus(calls.current()), TICK_MS);
    const who = whoOf(app, own);
    setText(title, who.name);
    if (face.dataset.id !== who.id + who.name) fill(face, avatar({ ...who, size: 'big' }));
    face.dataset.id = who.id + who.name;
    setStatus(own);
    renderPictures(own);
    renderButtons(own);
    renderEnd(own);
  }

  function clear() {
    clearInterval(ticker);
    ticker = undefined;
    ended = null;
    isSmall = false;
    fill(rating);
    reconcile(tiles, [], { key: String, version: String, create: () => h('div') });
    playIn(self, null);
  }

  /** @param {OwnCall | null} own */
  function setStatus(own) {
    if (!own) return;
    const time = stopwatch((own.endedAt ?? Date.now()) - (own.since ?? Date.now()));
    setText(status, phaseText(own, time, !own.link?.isConnected()));
  }

  /** @param {OwnCall} own */
  function renderPictures(own) {
    const peers = own.phase === 'ended' ? [] : [...(own.link?.peers ?? [])];
    const isVideo = peers.some(([, peer]) => peer.hasVideo());
    element.classList.toggle('has-video', isVideo);
    element.classList.toggle('is-small', isSmall);
    element.classList.toggle('is-group', own.isGroup);
    element.classList.toggle('is-pair', !own.isGroup);
    element.classList.toggle('is-ended', own.phase === 'ended');
    reconcile(tiles, peers, {
      key: ([userId]) => userId,
      version: ([userId, peer]) => JSON.stringify([peer.hasVideo(), nameOf(app.store.state, userId)]),
      create: ([userId, peer]) => createCallTile(app, userId, peer),
    });
    const picture = own.phase === 'ended' ? null : (own.link?.media.picture() ?? null);
    self.hidden = picture === null;
    playIn(self, picture && new MediaStream([picture]));
  }

  /** @param {OwnCall} own */
  function renderButtons(own) {
    const media = own.link?.media;
    bar.hidden = own.phase === 'ended';
    size.hidden = own.phase === 'ended';
    mute.hidden = camera.hidden = !media;
    dress(mute, media?.isMuted() ? 'micOff' : 'mic', media?.isMuted() ? 'Unmute' : 'Mute');
    const isOn = Boolean(media?.picture());
    dress(camera, isOn ? 'video' : 'videoOff', isOn ? 'Turn camera off' : 'Turn camera on');
    mute.classList.toggle('is-off', Boolean(media?.isMuted()));
    camera.classList.toggle('is-off', !isOn);
    dress(size, isSmall ? 'grow' : 'shrink', isSmall ? 'Make the call big' : 'Make the call small');
  }

  /** @param {OwnCall} own */
  function renderEnd(own) {
    if (own.phase !== 'ended') {
      if (ended) fill(rating);
      ended = null;
    } else if (ended !== own) {
      ended = own;
      isSmall = false;
      element.classList.remove('is-small');
      fill(rating, ratingForm(app, own));
    }
  }

  return { element, render };
}

/** @param {any} button @param {string} name @param {string} label */
function dress(button, name, label) {
  if (button.getAttribute('aria-label') === label) return;
  const fresh = iconButton(name, label, () => {});
  button.setAttribute('aria-label', label);
  button.title = label;
  button.replaceChildren(...fresh.childNodes);
}

/** @param {import('../page').App} app @param {OwnCall} own */
function whoOf({ store: { state } }, own) {
  const chat = state.chats.get(own.chatId ?? '');
  if (own.userId) {
    const name = nameOf(state, own.userId);
    return { id: own.userId, name, avatarUrl: state.users.get(own.userId)?.avatarUrl };
  }
  const name = chat ? titleOf(state, chat) : 'Group';
  return { id: own.chatId ?? '', name, avatarUrl: chat?.avatarUrl, isGroup: true };
}
