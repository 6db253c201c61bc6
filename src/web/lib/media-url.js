/**
 * Addresses of files. The server signs its own ones with the name it believes to have; the page asks for them at the
 * host it was itself loaded from, which always leads there.
 */
const OWN_FILE = /^(?:https?:\/\/[^/]+)?\/api\/media\/([0-9a-f]{24})\/(file|thumbnail)(?:\?|$)/i;
/** An address this close to its end may be over before it is used. */
const MARGIN_MS = 30_000;

/**
 * What an address of an uploaded file says; null for one elsewhere.
 * @param {unknown} url
 * @returns {{ id: string, part: 'file' | 'thumbnail' } | null}
 */
export function ownFile(url) {
  const [, id = '', part = ''] = (typeof url === 'string' && OWN_FILE.exec(url)) || [];
  return id ? { id: id.toLowerCase(), part: /** @type {'file' | 'thumbnail'} */ (part.toLowerCase()) } : null;
}

/**
 * The address as this page may use it, or null: only web addresses, as anything else could run in the page.
 * @param {unknown} url
 */
export function safeUrl(url) {
  if (typeof url !== 'string') return null;
  if (ownFile(url)) return url.slice(url.indexOf('/api/media/'));
  return /^(https?:\/\/|\/(?!\/))/.test(url) ? url : null;
}

/** Whether a signed address has ended, by this device's clock. @param {unknown} url */
export function isOver(url) {
  const expires = typeof url === 'string' ? /[?&]expires=(\d+)/.exec(url)?.[1] : undefined;
  return expires !== undefined && Number(expires) * 1000 < Date.now() + MARGIN_MS;
}

/** Whether a message shows a file of this server, which the page can play and get again. @param {import('../types').Content} content */
export function isOwnFile(content) {
  return Boolean(content.mediaId) && ownFile(content.url)?.id === content.mediaId;
}
