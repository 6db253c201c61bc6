/**
 * One connection to one other participant. Both sides may negotiate at any time ("perfect negotiation"): when two offers
 * cross, the polite side takes its own back and the other repeats its own, so that a lost signal never leaves both waiting.
 */

/** @typedef {ReturnType<typeof createPeer>} Peer */

/**
 * @param {{
 *   config: RTCConfiguration,
 *   isPolite: boolean,
 *   isOfferer: boolean,
 *   tracks: () => MediaStreamTrack[],
 *   send: (signal: object) => void,
 *   onChange: () => void,
 * }} options `send` gets descriptions and candidates in their JSON form; who is no
 * `isOfferer` waits for the other's first offer, whatever comes before it
 */
export function createPeer({ config, isPolite, isOfferer, tracks, send, onChange }) {
  const pc = new RTCPeerConnection(config);
  const remote = new MediaStream();
  /** What was found for the current description; told again to a device that came late. @type {object[]} */
  let found = [];
  /** Candidates that came before the description they belong to. @type {RTCIceCandidateInit[]} */
  const early = [];
  let isMakingOffer = false;
  /** Signals are taken one after the other. */
  let turn = Promise.resolve();

  let hasTracks = false;

  function addTracks() {
    if (!hasTracks) for (const track of tracks()) pc.addTrack(track);
    hasTracks = true;
  }

  if (isOfferer) addTracks();
  pc.onnegotiationneeded = () => void negotiate();
  pc.onicecandidate = ({ candidate }) => {
    if (!candidate?.candidate) return;
    found.push(candidate.toJSON());
    send(candidate.toJSON());
  };
  pc.onconnectionstatechange = () => {
    if (pc.connectionState === 'failed') pc.restartIce();
    onChange();
  };
  pc.ontrack = ({ track }) => {
    remote.addTrack(track);
    track.onmute = onChange;
    track.onunmute = onChange;
    onChange();
  };

  async function negotiate() {
    isMakingOffer = true;
    try {
      await describe();
    } catch {
      // Something changed meanwhile; the browser asks for a negotiation again if one is still due.
    } finally {
      isMakingOffer = false;
    }
  }

  /** Makes the description that is due, and sends it. */
  async function describe() {
    found = [];
    await pc.setLocalDescription();
    tellDescription();
  }

  function tellDescription() {
    if (pc.localDescription) send(pc.localDescription.toJSON());
  }

  /** @param {any} signal */
  async function take(signal) {
    if (pc.signalingState === 'closed') return;
    if (signal.type === 'offer') await takeOffer(signal);
    else if (signal.type === 'answer') await takeAnswer(signal);
    else await takeCandidate(signal);
  }

  /** @param {RTCSessionDescriptionInit} offer */
  async function takeOffer(offer) {
    const isCrossing = isMakingOffer || pc.signalingState !== 'stable';
    if (isCrossing && !isPolite) return pc.signalingState === 'have-local-offer' && tellDescription();
    addTracks();
    await pc.setRemoteDescription(offer);
    await addEarly();
    await describe();
  }

  /** @param {RTCSessionDescriptionInit} answer */
  async function takeAnswer(answer) {
    if (pc.signalingState !== 'have-local-offer') return;
    await pc.setRemoteDescription(answer);
    await addEarly();
    found.forEach(send);
  }

  /** Some clients wrap the candidate. @param {any} signal */
  async function takeCandidate(signal) {
    const candidate = typeof signal.candidate === 'object' ? signal.candidate : signal;
    if (!candidate?.candidate) return;
    if (!pc.remoteDescription) return void early.push(candidate);
    // One of a description that was passed over meanwhile belongs nowhere.
    await pc.addIceCandidate(candidate).catch(() => {});
  }

  async function addEarly() {
    const waiting = early.splice(0);
    for (const candidate of waiting) await takeCandidate(candidate);
  }

  function videoLink() {
    return pc.getTransceivers().find(({ receiver }) => receiver.track.kind === 'video');
  }

  return {
    remote,
    connectionState: () => pc.connectionState,
    getStats: () => pc.getStats(),
    /** @param {unknown} signal @returns {Promise<void>} settled when it was taken, whatever came of it */
    receive(signal) {
      turn = turn
        .then(() => take(signal))
        .catch(() => {})
        .then(onChange);
      return turn;
    },
    /** Sends this picture from now on, or none. @param {MediaStreamTrack | null} track */
    async setVideo(track) {
      const link = videoLink();
      if (!hasTracks) return;
      if (!link) return track ? void pc.addTrack(track) : undefined;
      await link.sender.replaceTrack(track);
      link.direction = track ? 'sendrecv' : 'recvonly';
    },
    /** Whether the other sends a picture. A track's own `muted` stays on in Chromium after an offer was taken back. */
    hasVideo: () => /recv/.test(videoLink()?.currentDirection ?? ''),
    /** After a break of the connection to the server, in which signals may have been lost. */
    resume() {
      if (pc.signalingState === 'have-local-offer') tellDescription();
      else pc.restartIce();
    },
    close: () => pc.close(),
  };
}
