/**
 * The call this page is in and the one that rings here, one of each at most. The server decides how a call stands; its
 * `call_updated` and `end-call` are followed, and after a break of the connection it is asked.
 */
import { ApiError } from '../net/http.js';
import { isLive, newCall, openLink, stateIn } from './call-setup.js';
import { summarize } from './call-stats.js';
import { createRingtone } from './ringtone.js';

/** How long it stands there that nobody answered. */
const FAREWELL_MS = 4000;

/** @typedef {ReturnType<typeof createCalls>} Calls */
/** @typedef {import('../types').Call} Call */
/** @typedef {import('../types').OwnCall} OwnCall */
/** @typedef {{ userId?: string, chatId: string | null, isGroup: boolean, type: Call['type'] }} Target */

/**
 * @param {{
 *   store: import('../state/store.js').Store,
 *   api: import('../net/api.js').Api,
 *   socket: import('../net/socket.js').Socket,
 *   onChange: () => void,
 *   say: (text: string) => void,
 * }} parts `say` tells the person what happened elsewhere
 */
export function createCalls({ store, api, socket, onChange, say }) {
  const ringtone = createRingtone();
  /** @type {OwnCall | null} */
  let current = null;
  /** @type {{ call: Call, offer: any, signals: unknown[] } | null} */
  let incoming = null;
  /** The latest the server told of any call. @type {Call | null} */
  let heard = null;
  /** Counts what happened to any call, for lists of them. */
  let revision = 0;

  const meId = () => store.state.me?.id ?? '';
  const stateOf = (/** @type {Call} */ call) => stateIn(call, meId());

  function changed() {
    if (current?.phase === 'connecting' && current.link?.isConnected())
      Object.assign(current, { phase: 'ongoing', since: Date.now() });
    ringtone.play(incoming ? 'incoming' : current?.phase === 'calling' ? 'outgoing' : null);
    onChange();
  }

  /** @param {Partial<OwnCall>} facts @returns {OwnCall} */
  function begin(facts) {
    if (current && current.phase !== 'ended') throw new ApiError('conflict', 'You are in a call already.');
    const own = newCall(facts);
    current = own;
    changed();
    return own;
  }

  /** Opens the microphone and finds the way; false when the person hung up meanwhile. @param {OwnCall} own @param {boolean} withVideo */
  async function prepare(own, withVideo) {
    const parts = { api, socket, meId: meId(), onChange: changed };
    const link = await openLink(parts, withVideo);
    if (own === current && own.phase !== 'ended') own.link = link;
    else void link.close();
    return own.link;
  }

  /** Runs what brings a call about; a failure takes it off the page. @param {OwnCall} own @param {() => Promise<unknown>} task */
  async function attempt(own, task) {
    try {
      await task();
    } catch (error) {
      const isOver = own.phase === 'ended';
      void own.link?.close();
      dismiss(own);
      if (!isOver) throw error;
    }
  }

  /** @param {OwnCall} own @param {Call} call */
  function follow(own, call) {
    own.callId = call.id;
    own.link?.update(call);
    const isMine = stateOf(call) === 'joined';
    if (!isLive(call) || (!isMine && own.phase !== 'preparing')) return void finish(own, call.status);
    const isWaiting = own.phase === 'preparing' || own.phase === 'calling';
    if (isMine && isWaiting) own.phase = call.status === 'ringing' ? 'calling' : 'connecting';
    changed();
  }

  /** The server answered; the person may have hung up meanwhile, or a later change been told before. @param {OwnCall} own @param {Call} call */
  function settle(own, call) {
    own.callId = call.id;
    if (own.phase === 'ended') sendEnd(call.id, own.isCaller ? 'cancelled' : 'ended');
    else follow(own, heard?.id === call.id ? heard : call);
  }

  /** @param {OwnCall} own @param {string} status */
  async function finish(own, status) {
    if (own.phase === 'ended') return;
    const wasTalk = own.since !== null;
    Object.assign(own, { phase: 'ended', endStatus: wasTalk ? 'ended' : status, endedAt: Date.now() });
    changed();
    const reports = (await own.link?.close()) ?? [];
    if (wasTalk) own.stats = summarize(reports, (own.endedAt ?? 0) - (own.since ?? 0));
    else setTimeout(() => dismiss(own), FAREWELL_MS);
  }

  /** @param {OwnCall} own */
  function dismiss(own) {
    if (current === own) current = null;
    own.phase = 'ended';
    changed();
  }

  /** By the socket, or past it when that is gone; the server ends a call by itself when neither works. @param {string} callId @param {string} status */
  function sendEnd(callId, status) {
    socket
      .request('end-call', { callId, userId: meId(), status })
      .catch(() => api.put(`/api/calls/${callId}/end`, { status }))
      .catch(() => {});
  }

  function hangUp() {
    const own = current;
    if (!own || own.phase === 'ended') return;
    if (own.callId) sendEnd(own.callId, own.phase === 'calling' ? 'cancelled' : 'ended');
    void finish(own, 'ended');
  }

  /** @param {string | undefined} callId @param {string} userId whose signal it is */
  function isForCurrent(callId, userId) {
    if (!current?.link || current.phase === 'ended') return false;
    return current.callId ? current.callId === callId : current.userId === userId;
  }

  function stopRinging() {
    incoming = null;
    changed();
  }

  socket.on('call-user', ({ callId, callerId, signal, call }) => {
    if (current?.callId && isForCurrent(callId, callerId))
      return signal && current.link?.takeOffer(callerId, signal);
    // The server rings nobody who is in a call: whatever this page is just beginning finds the other busy.
    incoming = { call, offer: signal, signals: [] };
    changed();
  });
  socket.on('answer-call', ({ callId, calleeId, signal }) => {
    if (signal && isForCurrent(callId, calleeId)) void current?.link?.receive(calleeId, signal);
  });
  socket.on('ice-candidate', ({ callId, callerId, calleeId, signal }) => {
    const otherId = callerId === meId() ? calleeId : callerId;
    if (!signal) return;
    if (incoming && incoming.call.id === callId) incoming.signals.push(signal);
    else if (isForCurrent(callId, otherId)) void current?.link?.receive(otherId, signal);
  });
  socket.on('end-call', ({ callId, status }) => {
    if (incoming?.call.id === callId) {
      if (status === 'answered_elsewhere') say('Answered on another device.');
      stopRinging();
    }
    if (current && current.callId === callId) void finish(current, status);
  });
  socket.on('call_updated', ({ call }) => hear(call));

  /** @param {Call} call */
  function hear(call) {
    heard = call;
    revision += 1;
    if (incoming?.call.id === call.id) {
      if (isLive(call) && stateOf(call) === 'ringing') incoming.call = call;
      else stopRinging();
    }
    if (current?.callId === call.id && current.phase !== 'ended') follow(current, call);
    onChange();
  }

  /** @param {Call} call @param {boolean} withVideo @param {{ offer: any, signals: unknown[] }} [ring] */
  async function enter(call, withVideo, { offer, signals } = { offer: null, signals: [] }) {
    const { id: callId, chatId, type, callerId } = call;
    const isGroup = call.participants.length > 2 || store.state.chats.get(chatId ?? '')?.type === 'group';
    const own = begin({ callId, chatId, type, isGroup, userId: isGroup ? null : callerId });
    await attempt(own, async () => {
      const link = await prepare(own, withVideo);
      if (!link) return;
      const hasOffer = !isGroup && offer;
      settle(own, await (hasOffer ? link.answer(call, offer, signals) : link.join(call, isGroup)));
    });
  }

  /** @param {Target} target @param {OwnCall} own */
  async function place({ userId, chatId, isGroup, type }, own) {
    const link = await prepare(own, type === 'video');
    if (!link) return;
    own.phase = 'calling';
    changed();
    if (userId && !isGroup) return settle(own, await link.ring(userId, type));
    const { call } = await api.post('/api/calls/initiate', { chatId, type });
    settle(own, link.open(call));
  }

  return {
    current: () => current,
    incoming: () => incoming?.call ?? null,
    revision: () => revision,
    hangUp,
    /** Calls a person, or the members of a group. @param {Target} target @throws {ApiError} */
    async start(target) {
      const own = begin({ ...target, userId: target.userId ?? null, isCaller: true });
      await attempt(own, () => place(target, own));
    },
    /** Goes into a group's call that goes on. @param {Call} call @throws {ApiError} */
    join: (call) => enter(call, call.type === 'video'),
    /** Takes the call that rings. @param {boolean} withVideo @throws {ApiError} */
    async accept(withVideo) {
      const ring = incoming;
      if (!ring) return;
      stopRinging();
      hangUp();
      try {
        await enter(ring.call, withVideo, ring);
      } catch (error) {
        // Without a microphone the call was not taken: it still rings.
        if (error instanceof ApiError && error.status === 0 && error.code === 'forbidden') incoming = ring;
        changed();
        throw error;
      }
    },
    decline() {
      if (incoming) sendEnd(incoming.call.id, 'declined');
      stopRinging();
    },
    toggleMuted() {
      const media = current?.link?.media;
      media?.setMuted(!media.isMuted());
      changed();
    },
    /** @throws {ApiError} when there is no camera to use */
    async toggleCamera() {
      const link = current?.link;
      await link?.setCamera(link.media.picture() === null);
      changed();
    },
    dismiss: () => void (current && dismiss(current)),
    /** @param {number} rating 1 to 5 */
    async rate(rating) {
      const own = current;
      if (!own?.callId) return;
      await api.post(`/api/calls/${own.callId}/feedback`, { rating, stats: own.stats });
      dismiss(own);
    },
    /** @param {string | null} cursor @returns {Promise<{ calls: Call[], nextCursor: string | null }>} */
    history: (cursor) => api.get('/api/calls/history', { limit: 30, cursor }),
    /** The connection is back: how things stand is asked for, and signals that were lost are made up for. */
    async resume() {
      const ids = [incoming?.call.id, current?.phase === 'ended' ? null : current?.callId];
      for (const callId of ids.filter(Boolean)) {
        const answer = await api.get(`/api/calls/${callId}`).catch(() => null);
        if (answer) hear(answer.call);
      }
      if (current?.phase !== 'ended') current?.link?.resume();
    },
    /** Another tab took over, or the person leaves: nothing is left behind. */
    stop() {
      incoming = null;
      hangUp();
      current = null;
      changed();
    },
  };
}
