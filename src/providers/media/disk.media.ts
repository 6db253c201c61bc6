import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { notFound, unavailable } from '../../errors/app-error';
import type { MediaStore } from './media.port';

/**
 * Keeps media as files below `dir`, in 256 folders. A file is complete under its name or not there: it is written elsewhere on
 * the same file system, flushed, and moved.
 */
export function createDiskMediaStore(dir: string): MediaStore {
  const fileOf = (key: string) => path.join(dir, key.slice(0, 2), key);

  return {
    name: 'disk',

    async put(key, file) {
      try {
        const target = fileOf(key);
        await mkdir(path.dirname(target), { recursive: true });
        await flush(file.path);
        await rename(file.path, target);
        await flush(path.dirname(target));
      } catch (cause) {
        throw unavailable('The file could not be stored', 5, cause);
      }
    },

    async locate({ key }) {
      const file = fileOf(key);
      const found = await stat(file).catch(() => undefined);
      if (!found?.isFile()) throw notFound('The file');
      return { file };
    },

    async remove(key) {
      await rm(fileOf(key), { force: true });
    },
  };
}

/** A name in a folder is as durable as the folder, so both are flushed. */
async function flush(file: string): Promise<void> {
  const handle = await open(file, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
