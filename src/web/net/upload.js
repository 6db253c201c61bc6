/**
 * Files on their way to the server, by XMLHttpRequest because `fetch` tells nothing of how much of a body was sent.
 * Failures are `ApiError`s as of every other request; `cancelled` when the caller wanted no more.
 */
import { ApiError, toApiError } from './http.js';

/** A connection that moved nothing for so long is taken for dead. The server may look into a long film before it answers. */
const STALL_MS = 120_000;

/** @typedef {ReturnType<typeof createUploader>} Uploader */
/**
 * @typedef {{
 *   path?: string,
 *   field?: string,
 *   name?: string,
 *   onProgress?: (fraction: number) => void,
 *   signal?: AbortSignal,
 * }} UploadOptions `path` and `field` are those of `POST /api/media` unless given; `onProgress` hears 0 to 1
 */

/** @param {import('./session.js').Session} session */
export function createUploader(session) {
  return {
    /**
     * Sends one file and answers what the server says of it, `{ media }` for `POST /api/media`.
     * @param {Blob} file @param {UploadOptions} [options] @returns {Promise<any>}
     * @throws {ApiError}
     */
    async send(file, options = {}) {
      const token = await session.accessToken();
      try {
        return await sendFile(file, token, options);
      } catch (error) {
        if (!(error instanceof ApiError) || error.status !== 401) throw error;
        return sendFile(file, await session.refresh(), options);
      }
    },
  };
}

/** @param {Blob} file @param {string} token @param {UploadOptions} options @returns {Promise<any>} */
function sendFile(file, token, { path = '/api/media', field = 'file', name, onProgress, signal }) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let timer;
    let isStalled = false;
    const stall = () => {
      isStalled = true;
      request.abort();
    };
    const watch = () => {
      clearTimeout(timer);
      timer = setTimeout(stall, STALL_MS);
    };
    const cancel = () => request.abort();
    request.upload.addEventListener('progress', ({ loaded, total, lengthComputable }) => {
      watch();
      if (lengthComputable && total > 0) onProgress?.(loaded / total);
    });
    request.addEventListener('load', () => settle(request, resolve, reject));
    request.addEventListener('error', () => reject(broken()));
    request.addEventListener('abort', () => reject(isStalled ? broken() : cancelled()));
    request.addEventListener('loadend', () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', cancel);
    });
    if (signal?.aborted) return reject(cancelled());
    signal?.addEventListener('abort', cancel);
    request.open('POST', path);
    request.setRequestHeader('Accept', 'application/json');
    request.setRequestHeader('Authorization', `Bearer ${token}`);
    request.send(formOf(file, field, name));
    watch();
  });
}

/** @param {Blob} file @param {string} field @param {string | undefined} name */
function formOf(file, field, name) {
  const form = new FormData();
  form.append(field, file, name ?? (file instanceof File ? file.name : 'file'));
  return form;
}

/** @param {XMLHttpRequest} request @param {(answer: any) => void} resolve @param {(error: Error) => void} reject */
function settle(request, resolve, reject) {
  const answer = parsed(request.responseText);
  if (request.status >= 200 && request.status < 300) return resolve(answer);
  const retryAfter = request.getResponseHeader('Retry-After');
  return reject(toApiError(request.status, retryAfter, answer, request.statusText));
}

/** @param {string} text */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

function broken() {
  return new ApiError('network', 'The connection was lost while the file was sent.');
}

function cancelled() {
  return new ApiError('cancelled', 'Sending the file was cancelled.');
}
