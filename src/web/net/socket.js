/**
 * The live connection. It authenticates by handshake, takes a fresh token without reconnecting, and comes back by
 * itself; what happened in between is for sync to find. A second tab takes the connection over, the first one rests.
 */
import { io } from '../socket.io.js';
import { ApiError } from './http.js';

const ACK_TIMEOUT_MS = 10_000;
const RETRY_MS = 2000;

/** @typedef {ReturnType<typeof createSocket>} Socket */

/**
 * @param {{
 *   session: import('./session.js').Session,
 *   onConnected: () => void,
 *   onState: (state: import('../types').State['connection']) => void,
 * }} options
 */
export function createSocket({ session, onConnected, onState }) {
  const tabs = openTabChannel(rest);
  let isWanted = false;
  const socket = io({
    autoConnect: false,
    transports: ['websocket', 'polling'],
    tryAllTransports: true,
    reconnectionDelay: 500,
    reconnectionDelayMax: 5000,
    auth: (/** @type {(data: object) => void} */ done) => void handshake(session).then(done),
  });

  socket.on('connect', () => {
    onState('online');
    onConnected();
  });
  socket.on('disconnect', (reason) => {
    if (!isWanted) return;
    onState('offline');
    if (reason === 'io server disconnect') reconnectSoon();
  });
  socket.on('connect_error', (error) => {
    onState('offline');
    if (!socket.active) void renewAndReconnect(error);
  });
  socket.on('authentication_error', () => void session.refresh().catch(() => {}));

  /** The server refused the handshake, so Socket.IO does not try again by itself. @param {any} error */
  async function renewAndReconnect(error) {
    const isTokenBad = /unauth|token|auth/i.test(`${error?.data?.code ?? ''} ${error?.message ?? ''}`);
    if (isTokenBad) await session.refresh().catch(() => {});
    reconnectSoon();
  }

  function reconnectSoon() {
    setTimeout(
      () => {
        if (isWanted && session.isSignedIn() && !socket.active) socket.connect();
      },
      RETRY_MS * (0.5 + Math.random()),
    );
  }

  /** Another tab took over. */
  function rest() {
    if (!isWanted) return;
    stop();
    onState('replaced');
  }

  function stop() {
    isWanted = false;
    socket.disconnect();
  }

  return {
    /** Connects, and asks other tabs of this browser to rest: a device has one live socket. */
    start() {
      isWanted = true;
      tabs.takeOver();
      onState('connecting');
      socket.connect();
    },
    stop,
    /** @param {string} token */
    authenticate: (token) => void (socket.connected && socket.emit('authenticate', { token })),
    isConnected: () => socket.connected,
    /** @param {string} event @param {(payload: any) => void} listener */
    on: (event, listener) => void socket.on(event, listener),
    /** Sends what need not arrive, such as typing. @param {string} event @param {object} payload */
    hint: (event, payload) => void (socket.connected && socket.volatile.emit(event, payload)),
    /**
     * Sends an event and answers its acknowledgement.
     * @param {string} event @param {object} payload @returns {Promise<any>}
     * @throws {ApiError} with the server's code, or `network` when no answer came in time
     */
    async request(event, payload) {
      if (!socket.connected) throw new ApiError('network', 'You are offline.');
      const answer = await socket
        .timeout(ACK_TIMEOUT_MS)
        .emitWithAck(event, payload)
        .catch(() => {
          throw new ApiError('network', 'The server did not answer in time.');
        });
      if (answer?.ok) return answer;
      const { code = 'internal', message = 'Something went wrong.', retryAfter } = answer?.error ?? {};
      throw new ApiError(code, message, { retryAfterSeconds: retryAfter });
    },
  };
}

/** @param {import('./session.js').Session} session */
async function handshake(session) {
  const token = await session.accessToken().catch(() => '');
  return { token, dialect: 'native' };
}

/** @param {() => void} onTakenOver */
function openTabChannel(onTakenOver) {
  if (typeof BroadcastChannel === 'undefined') return { takeOver() {} };
  const channel = new BroadcastChannel('parley.tabs');
  channel.onmessage = () => onTakenOver();
  return { takeOver: () => channel.postMessage('take-over') };
}
