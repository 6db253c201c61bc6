/**
 * Signed addresses end after an hour or two, pages stay open for days. When a picture or film cannot be had, its address is
 * renewed once and kept for all places that show the file; only then it is known to be gone.
 */
import { ownFile, safeUrl } from '../lib/media-url.js';

/** @typedef {ReturnType<typeof createAddressRenewal>} AddressRenewal */

/** @param {{ api: import('./api.js').Api, store: import('../state/store.js').Store }} parts */
export function createAddressRenewal({ api, store }) {
  /** @type {Map<string, Promise<any>>} */
  const running = new Map();
  /** What failed although it was fresh. @type {WeakMap<Element, string>} */
  const lastTried = new WeakMap();

  /** A file with fresh addresses. @param {string} mediaId @returns {Promise<{ url: string, thumbnailUrl: string | null }>} */
  function fresh(mediaId) {
    const asked =
      running.get(mediaId) ??
      api
        .get(`/api/media/${encodeURIComponent(mediaId)}`)
        .then(({ media }) => {
          store.renewMedia(media);
          return media;
        })
        .finally(() => running.delete(mediaId));
    running.set(mediaId, asked);
    return asked;
  }

  /** @param {Event} event */
  function onError(event) {
    const element = event.target;
    if (!(element instanceof HTMLImageElement || element instanceof HTMLVideoElement)) return;
    const address = element.getAttribute('src') ?? '';
    const own = ownFile(address);
    if (!own || lastTried.get(element) === address) return;
    // Who made the element hears of it only when the fresh address fails too.
    event.stopImmediatePropagation();
    void renew(element, own);
  }

  /** @param {HTMLImageElement | HTMLVideoElement} element @param {{ id: string, part: string }} own */
  async function renew(element, { id, part }) {
    const media = await fresh(id).catch(() => null);
    const address = media && safeUrl(part === 'file' ? media.url : media.thumbnailUrl);
    lastTried.set(element, address ?? element.getAttribute('src') ?? '');
    if (address) element.src = address;
    else element.dispatchEvent(new Event('error'));
  }

  return {
    fresh,
    start: () => document.addEventListener('error', onError, true),
    stop: () => document.removeEventListener('error', onError, true),
  };
}
