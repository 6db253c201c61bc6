/** One other participant of a call: the picture and sound, or the face while no picture comes. */
import { h } from '../lib/dom.js';
import { nameOf } from '../state/selectors.js';
import { avatar } from './avatar.js';

/** @param {import('../page').App} app @param {string} userId @param {import('../calls/peer.js').Peer} peer */
export function createCallTile({ store: { state }, people }, userId, peer) {
  people.need([userId]);
  const name = nameOf(state, userId);
  const video = h('video', { class: 'tile__video', autoplay: true, playsinline: true, 'aria-label': name });
  playIn(video, peer.remote);
  const user = state.users.get(userId);
  return h(
    'div',
    { class: `tile ${peer.hasVideo() ? 'has-video' : ''}` },
    // It carries the sound too, so it stays when there is no picture.
    video,
    h('div', { class: 'tile__face' }, avatar({ id: userId, name, avatarUrl: user?.avatarUrl, size: 'big' })),
    h('span', { class: 'tile__name' }, name),
  );
}

/** Plays a stream unless it plays there already. @param {any} video @param {MediaStream | null} stream */
export function playIn(video, stream) {
  const tracks = (/** @type {MediaStream | null} */ one) =>
    one
      ?.getTracks()
      .map(({ id }) => id)
      .join() ?? '';
  if (video.srcObject === stream || (stream && tracks(video.srcObject) === tracks(stream))) return;
  video.srcObject = stream;
}
