/**
 * Picked files, kept in the browser's own database until their message is sent, so that a reload or a crash loses none.
 * Where that database is not to be had (some private windows), files live as long as the page.
 */
const DATABASE = 'parley.files';
const STORE = 'files';

/** @typedef {ReturnType<typeof createFileShelf>} FileShelf */

/** @param {() => string} owner the id of whoever is signed in; others on this browser do not see these files */
export function createFileShelf(owner) {
  const keyOf = (/** @type {string} */ id) => `${owner()}/${id}`;
  const mine = () => IDBKeyRange.bound(`${owner()}/`, `${owner()}/\uffff`);

  return {
    /** @param {string} id @param {Blob} file */
    put: (id, file) => inStore('readwrite', (files) => files.put(file, keyOf(id))),
    /** @param {string} id @returns {Promise<Blob | undefined>} */
    get: (id) => inStore('readonly', (files) => files.get(keyOf(id))),
    /** @param {string} id */
    remove: (id) => inStore('readwrite', (files) => files.delete(keyOf(id))),
    clear: () => inStore('readwrite', (files) => files.delete(mine())),
    /** Removes what belongs to no message any more. @param {Set<string>} ids */
    async keepOnly(ids) {
      const keys = (await inStore('readonly', (files) => files.getAllKeys(mine()))) ?? [];
      const gone = keys.filter((key) => !ids.has(String(key).slice(owner().length + 1)));
      for (const key of gone) await inStore('readwrite', (files) => files.delete(key));
    },
  };
}

/**
 * @template T
 * @param {IDBTransactionMode} mode
 * @param {(files: IDBObjectStore) => IDBRequest<T>} work
 * @returns {Promise<T | undefined>} undefined also where the browser refuses
 */
async function inStore(mode, work) {
  try {
    const database = await opened();
    const result = await settled(work(database.transaction(STORE, mode).objectStore(STORE)));
    database.close();
    return result;
  } catch {
    return undefined;
  }
}

function opened() {
  const request = indexedDB.open(DATABASE, 1);
  request.addEventListener('upgradeneeded', () => request.result.createObjectStore(STORE));
  return settled(request);
}

/** @template T @param {IDBRequest<T>} request @returns {Promise<T>} */
function settled(request) {
  return new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result));
    request.addEventListener('error', () => reject(request.error));
  });
}
