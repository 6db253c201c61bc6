/**
 * The tokens of this browser. They live in localStorage, so that all tabs share one session and one device; a refresh
 * token works once, so only one refresh runs at a time, across tabs too where the browser has locks.
 */
import { randomId } from '../lib/ids.js';
import { ApiError, sendJson } from './http.js';

const RETRY_MS = 2000;
const SESSION_KEY = 'parley.session';
const DEVICE_KEY = 'parley.device';

/** @typedef {{ accessToken: string, refreshToken: string, expiresAt: number, lifetimeMs: number, userId: string }} Tokens */
/** @typedef {ReturnType<typeof createSession>} Session */

/**
 * @param {{ storage?: Storage, onRefreshed?: (token: string) => void, onEnded?: () => void }} [options]
 * `onEnded` is called when the server does not accept the session any more.
 */
export function createSession({ storage = localStorage, onRefreshed = () => {}, onEnded = () => {} } = {}) {
  /** @type {Promise<string> | null} */
  let running = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  /** @returns {Tokens | null} */
  function read() {
    try {
      return JSON.parse(storage.getItem(SESSION_KEY) ?? 'null');
    } catch {
      return null;
    }
  }

  /** @param {any} login the answer of verify-otp or refresh-token */
  function save(login) {
    const lifetimeMs = login.expiresIn * 1000;
    const userId = login.user?.id ?? read()?.userId ?? '';
    const { accessToken, refreshToken } = login;
    const tokens = { accessToken, refreshToken, expiresAt: Date.now() + lifetimeMs, lifetimeMs, userId };
    storage.setItem(SESSION_KEY, JSON.stringify(tokens));
    schedule();
  }

  function clear() {
    clearTimeout(timer);
    storage.removeItem(SESSION_KEY);
  }

  /** Refreshes when a tenth of the lifetime is left, at least 5 seconds before the end. */
  function schedule() {
    clearTimeout(timer);
    const tokens = read();
    if (!tokens) return;
    const margin = Math.max(5000, tokens.lifetimeMs / 10);
    const wait = Math.max(1000, tokens.expiresAt - Date.now() - margin);
    timer = setTimeout(() => void refresh().catch(retryLater), wait);
  }

  /** An answer may be lost after the token was spent: the server forgives the repetition for 10 seconds only. @param {unknown} error */
  function retryLater(error) {
    if (error instanceof ApiError && error.status === 401) return;
    timer = setTimeout(() => void refresh().catch(retryLater), RETRY_MS);
  }

  /** New tokens; concurrent callers share one attempt. @returns {Promise<string>} the access token */
  function refresh() {
    const spent = read()?.accessToken;
    running ??= withLock(() => exchange(spent)).finally(() => {
      running = null;
    });
    return running;
  }

  /** @param {string | undefined} spent the access token the caller wants replaced; another tab may have done it already */
  async function exchange(spent) {
    const tokens = read();
    if (!tokens) throw new ApiError('unauthenticated', 'You are signed out.', { status: 401 });
    if (tokens.accessToken === spent) await rotate(tokens);
    else schedule();
    const token = read()?.accessToken ?? '';
    onRefreshed(token);
    return token;
  }

  /** @param {Tokens} tokens */
  async function rotate(tokens) {
    const body = { refreshToken: tokens.refreshToken, deviceId: deviceId(storage) };
    try {
      save(await sendJson('POST', '/api/auth/refresh-token', { body }));
    } catch (error) {
      if (error instanceof ApiError && error.status === 401 && read()?.refreshToken === tokens.refreshToken) {
        clear();
        onEnded();
      }
      throw error;
    }
  }

  return {
    read,
    save,
    clear,
    schedule,
    refresh,
    isSignedIn: () => read() !== null,
    deviceId: () => deviceId(storage),
    /** A token that is good for some seconds more. @returns {Promise<string>} */
    async accessToken() {
      const tokens = read();
      if (!tokens) throw new ApiError('unauthenticated', 'You are signed out.', { status: 401 });
      return tokens.expiresAt - Date.now() > 2000 ? tokens.accessToken : refresh();
    },
  };
}

/** One stable id for this browser, kept through signing out. @param {Storage} storage */
function deviceId(storage) {
  const known = storage.getItem(DEVICE_KEY);
  if (known) return known;
  const fresh = `web-${randomId()}`;
  storage.setItem(DEVICE_KEY, fresh);
  return fresh;
}

/** `navigator.locks` is missing on plain http pages; the server's grace for a repeated refresh then has to do. @template T @param {() => Promise<T>} task @returns {Promise<T>} */
function withLock(task) {
  return navigator.locks ? navigator.locks.request('parley.refresh', task) : task();
}
