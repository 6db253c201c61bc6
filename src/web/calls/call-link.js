/**
 * What carries one call: one's own media, a connection to each other participant, and the way their signals take through
 * the server. The first offer of a call of two goes with `call-user`, its answer with `answer-call`, all else by `ice-candidate`.
 */
import { createPeer } from './peer.js';

/** @typedef {ReturnType<typeof createCallLink>} CallLink */
/** @typedef {import('../types').Call} Call */

/**
 * @param {{
 *   socket: import('../net/socket.js').Socket,
 *   meId: string,
 *   config: RTCConfiguration,
 *   media: import('./local-media.js').LocalMedia,
 *   onChange: () => void,
 * }} parts
 */
export function createCallLink({ socket, meId, config, media, onChange }) {
  /** @type {Map<string, import('./peer.js').Peer>} */
  const peers = new Map();
  /** @type {Call | null} */
  let call = null;
  let isClosed = false;
  /** Signals that come up before the server knows of the call or of the answer. @type {Array<[string, object]>} */
  const waiting = [];
  /** What sends the description that begins the call. @type {((signal: object) => void) | null} */
  let begin = null;

  /** The connection to somebody; made when there is none. @param {string} userId @param {boolean} [isOfferer] */
  function peerFor(userId, isOfferer = false) {
    const known = peers.get(userId);
    if (known) return known;
    const peer = createPeer({
      config,
      isPolite: meId > userId,
      isOfferer,
      tracks: media.tracks,
      send: (signal) => route(userId, signal),
      onChange,
    });
    peers.set(userId, peer);
    return peer;
  }

  /** @param {string} userId @param {any} signal */
  function route(userId, signal) {
    if (isClosed) return;
    const first = begin;
    if (first && (signal.type === 'offer' || signal.type === 'answer')) {
      begin = null;
      first(signal);
    } else if (!call) waiting.push([userId, signal]);
    else pass(userId, signal);
  }

  /** What does not get through is repeated by `resume`. @param {string} userId @param {object} signal */
  function pass(userId, signal) {
    const payload = { callerId: meId, calleeId: userId, callId: call?.id, signal };
    socket.request('ice-candidate', payload).catch(() => {});
  }

  /** The server knows the call, so signals may pass. @param {Call} known */
  function open(known) {
    update(known);
    for (const [userId, signal] of waiting.splice(0)) pass(userId, signal);
    return known;
  }

  /** @param {Call} known */
  function update(known) {
    call = known;
    for (const userId of [...peers.keys()]) if (!isEngaged(known, userId)) drop(userId);
  }

  /** @param {string} userId */
  function drop(userId) {
    peers.get(userId)?.close();
    peers.delete(userId);
  }

  /** @param {Call} known @param {unknown} signal */
  async function sendAnswer(known, signal) {
    const payload = { callId: known.id, callerId: known.callerId, calleeId: meId, signal };
    return open((await socket.request('answer-call', payload)).call);
  }

  return {
    peers,
    media,
    open,
    update,
    /** @param {string} userId @param {unknown} signal */
    receive: (userId, signal) => peerFor(userId).receive(signal),
    /** Rings somebody with an offer. @param {string} calleeId @param {Call['type']} type @returns {Promise<Call>} */
    ring: (calleeId, type) =>
      new Promise((resolve, reject) => {
        begin = (signal) => {
          const request = socket.request('call-user', { callerId: meId, calleeId, type, signal });
          request.then((answer) => resolve(open(answer.call))).catch(reject);
        };
        void peerFor(calleeId, true);
      }),
    /**
     * Answers the offer of a call of two.
     * @param {Call} known @param {unknown} offer @param {unknown[]} signals what came after it
     * @returns {Promise<Call>}
     */
    answer: (known, offer, signals) =>
      new Promise((resolve, reject) => {
        begin = (signal) => void sendAnswer(known, signal).then(resolve, reject);
        const peer = peerFor(known.callerId);
        void peer.receive(offer);
        for (const signal of signals) void peer.receive(signal);
      }),
    /** An offer that came with `call-user` into the call: its caller expects `answer-call` again. @param {string} fromId @param {unknown} offer */
    takeOffer(fromId, offer) {
      const known = call;
      if (known?.callerId === fromId) begin = (signal) => void sendAnswer(known, signal).catch(() => {});
      void peerFor(fromId).receive(offer);
    },
    /** Goes into a call without an offer; with `isMesh` connects to everybody who is in it already. @param {Call} known @param {boolean} isMesh */
    async join(known, isMesh) {
      const joined = await sendAnswer(known, null);
      const others = joined.participants.filter(({ userId, state }) => userId !== meId && state === 'joined');
      if (isMesh) for (const { userId } of others) void peerFor(userId, true);
      return joined;
    },
    /** @param {boolean} isOn */
    async setCamera(isOn) {
      const track = await media.setCamera(isOn);
      await Promise.all([...peers.values()].map((peer) => peer.setVideo(track)));
    },
    resume: () => peers.forEach((peer) => void peer.resume()),
    isConnected: () => [...peers.values()].some((peer) => peer.connectionState() === 'connected'),
    /** Stops microphone and camera at once, and answers what was measured. @returns {Promise<RTCStatsReport[]>} */
    async close() {
      isClosed = true;
      media.close();
      const reports = await Promise.all([...peers.values()].map((peer) => peer.getStats().catch(() => null)));
      for (const userId of [...peers.keys()]) drop(userId);
      return /** @type {RTCStatsReport[]} */ (reports.filter(Boolean));
    },
  };
}

/** @param {Call} call @param {string} userId */
function isEngaged({ participants }, userId) {
  const state = participants.find((participant) => participant.userId === userId)?.state;
  return state === 'joined' || state === 'ringing';
}
