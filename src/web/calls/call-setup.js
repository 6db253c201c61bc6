/** How a call of this page begins: its record, and the media and ways it will use. */
import { createCallLink } from './call-link.js';
import { openMedia } from './local-media.js';

/** @typedef {import('../types').Call} Call */
/** @typedef {import('../types').OwnCall} OwnCall */

/** @param {Call} call */
export function isLive(call) {
  return call.status === 'ringing' || call.status === 'ongoing';
}

/** @param {Call} call @param {string} userId */
export function stateIn(call, userId) {
  return call.participants.find((participant) => participant.userId === userId)?.state;
}

/** @param {Partial<OwnCall>} facts @returns {OwnCall} */
export function newCall(facts) {
  return {
    phase: 'preparing',
    type: 'audio',
    callId: null,
    chatId: null,
    isGroup: false,
    isCaller: false,
    userId: null,
    link: null,
    since: null,
    endedAt: null,
    endStatus: null,
    stats: null,
    ...facts,
  };
}

/**
 * Opens microphone and camera and asks for the servers that help to connect. `?relay=1` in the page's address lets media
 * take no way but the relay, to try whether it works.
 * @param {{
 *   api: import('../net/api.js').Api,
 *   socket: import('../net/socket.js').Socket,
 *   meId: string,
 *   onChange: () => void,
 * }} parts
 * @param {boolean} withVideo
 * @throws {import('../net/http.js').ApiError} without a microphone to use
 */
export async function openLink({ api, ...parts }, withVideo) {
  const media = await openMedia(withVideo);
  // Two devices in one network find each other without help.
  const { iceServers } = await api.get('/api/calls/ice-servers').catch(() => ({ iceServers: [] }));
  const isRelayed = new URLSearchParams(location.search).get('relay') === '1';
  /** @type {RTCConfiguration} */
  const config = { iceServers, iceTransportPolicy: isRelayed ? 'relay' : 'all' };
  return createCallLink({ ...parts, config, media });
}
