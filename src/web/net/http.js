/** JSON over fetch. Every failure is an `ApiError` with the contract's code, so that callers can say it in plain words. */

export class ApiError extends Error {
  /**
   * @param {string} code the server's code, or `network` when it could not be reached
   * @param {string} message
   * @param {{ status?: number, retryAfterSeconds?: number, errors?: Array<{ path: string, message: string }> }} [details]
   */
  constructor(code, message, details = {}) {
    super(message);
    this.name = 'ApiError';
    this.code = code;
    this.status = details.status ?? 0;
    this.retryAfterSeconds = details.retryAfterSeconds;
    this.errors = details.errors ?? [];
  }
}

/**
 * Sends one request and answers the parsed body.
 * @param {string} method
 * @param {string} path
 * @param {{ body?: unknown, token?: string | null }} [options]
 * @returns {Promise<any>}
 * @throws {ApiError}
 */
export async function sendJson(method, path, { body, token } = {}) {
  /** @type {Record<string, string>} */
  const headers = { Accept: 'application/json' };
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  if (token) headers.Authorization = `Bearer ${token}`;
  const response = await fetch(path, {
    method,
    headers,
    body: body === undefined ? undefined : JSON.stringify(body),
  }).catch(() => {
    throw new ApiError('network', 'Parley cannot be reached. Check your connection.');
  });
  const answer = await response.json().catch(() => ({}));
  if (response.ok) return answer;
  throw toApiError(response.status, response.headers.get('Retry-After'), answer, response.statusText);
}

/** An answer of failure as an error. @param {number} status @param {string | null} retryAfterHeader @param {any} problem @param {string} statusText */
export function toApiError(status, retryAfterHeader, problem, statusText) {
  const retryAfter = Number(retryAfterHeader);
  return new ApiError(problem.code ?? 'internal', problem.detail ?? problem.title ?? statusText, {
    status,
    retryAfterSeconds: Number.isFinite(retryAfter) && retryAfter > 0 ? retryAfter : undefined,
    errors: problem.errors,
  });
}
