/** The REST API with the session's token; a 401 is tried once more with a fresh one. */
import { ApiError, sendJson } from './http.js';

/** @typedef {ReturnType<typeof createApi>} Api */

/** @param {import('./session.js').Session} session */
export function createApi(session) {
  /** @param {string} method @param {string} path @param {unknown} [body] */
  async function request(method, path, body) {
    const token = await session.accessToken();
    try {
      return await sendJson(method, path, { body, token });
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 401) throw error;
      return sendJson(method, path, { body, token: await session.refresh() });
    }
  }
  return {
    /** @param {string} path @param {Record<string, unknown>} [query] */
    get: (path, query) => request('GET', query ? `${path}?${toQuery(query)}` : path),
    /** @param {string} path @param {unknown} [body] */
    post: (path, body = {}) => request('POST', path, body),
    /** @param {string} path @param {unknown} body */
    put: (path, body) => request('PUT', path, body),
    /** @param {string} path */
    patch: (path) => request('PATCH', path),
    /** @param {string} path @param {unknown} [body] */
    del: (path, body) => request('DELETE', path, body),
  };
}

/** @param {Record<string, unknown>} query */
function toQuery(query) {
  const set = Object.entries(query).filter(([, value]) => value !== undefined && value !== null);
  return new URLSearchParams(set.map(([name, value]) => [name, String(value)])).toString();
}
