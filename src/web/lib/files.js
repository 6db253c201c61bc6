/** Files a person picked: what they are, how large, what they look like. */

const MEASURE_MS = 3000;
const UNITS = ['KB', 'MB', 'GB'];

/** What a message with this file will be; the server has the last word. @param {Blob} file @returns {'image' | 'video' | 'audio' | 'document'} */
export function kindOf(file) {
  const type = file.type.split('/')[0];
  if (type === 'image') return /svg|heic|heif|tiff|bmp/.test(file.type) ? 'document' : 'image';
  return type === 'video' || type === 'audio' ? type : 'document';
}

/** "2.4 MB" @param {number} bytes */
export function sizeText(bytes) {
  let [amount, unit] = [bytes / 1024, 0];
  while (amount >= 1000 && unit < UNITS.length - 1) {
    amount /= 1024;
    unit += 1;
  }
  const digits = amount < 10 && unit > 0 ? 1 : 0;
  return `${Math.max(amount, 1).toFixed(digits)} ${UNITS[unit]}`;
}

/** The ending in capitals, as people name kinds of files. @param {string} name */
export function endingOf(name) {
  const ending = /\.([a-z0-9]{1,5})$/i.exec(name)?.[1] ?? '';
  return ending.toUpperCase();
}

/** "1:05" @param {number | undefined} ms */
export function clockText(ms = 0) {
  const seconds = Math.max(0, Math.round(ms / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

/**
 * Width and height of a picture or film at `url`, so that its place is kept before the server has it. Answers nothing for what the
 * browser cannot show.
 * @param {string} url @param {'image' | 'video'} kind
 * @returns {Promise<{ width?: number, height?: number, durationMs?: number }>}
 */
export function measure(url, kind) {
  const element = kind === 'image' ? new Image() : document.createElement('video');
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve({}), MEASURE_MS);
    const done = (/** @type {object} */ found) => {
      clearTimeout(timer);
      resolve(found);
    };
    element.addEventListener('error', () => done({}), { once: true });
    element.addEventListener('load', () => done(sizeOf(/** @type {any} */ (element))), { once: true });
    element.addEventListener('loadedmetadata', () => done(sizeOf(/** @type {any} */ (element))), {
      once: true,
    });
    element.src = url;
  });
}

/** @param {any} element */
function sizeOf({ naturalWidth, naturalHeight, videoWidth, videoHeight, duration }) {
  const [width, height] = [naturalWidth ?? videoWidth, naturalHeight ?? videoHeight];
  return {
    ...(width && height && { width, height }),
    ...(Number.isFinite(duration) && { durationMs: Math.round(duration * 1000) }),
  };
}
