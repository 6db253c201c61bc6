/** Pictures of files that are on this device: shown while the file is on its way, and instead of a download afterwards. */

const MAX_KEPT = 60;

/** @typedef {ReturnType<typeof createPreviews>} Previews */

export function createPreviews() {
  /** By the message's `tempId`, and once it is uploaded by the file's id. @type {Map<string, string>} */
  const urls = new Map();

  /** @param {string} key */
  function drop(key) {
    const url = urls.get(key);
    urls.delete(key);
    if (url && ![...urls.values()].includes(url)) URL.revokeObjectURL(url);
  }

  return {
    /** @param {string} key @param {Blob} file */
    show(key, file) {
      if (!urls.has(key) && /^(?:image|video|audio)\//.test(file.type))
        urls.set(key, URL.createObjectURL(file));
    },
    /** The same picture under one more name. @param {string} key @param {string} mediaId */
    keep(key, mediaId) {
      const url = urls.get(key);
      if (!url) return;
      urls.set(mediaId, url);
      if (urls.size > MAX_KEPT) drop([...urls.keys()][0] ?? '');
    },
    drop,
    /** @param {unknown} key @returns {string | null} */
    of: (key) => urls.get(String(key)) ?? null,
    clear() {
      for (const key of [...urls.keys()]) drop(key);
    },
  };
}
