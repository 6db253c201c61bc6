import path from 'node:path';
import type { MediaConfig } from '../../config/media-config';
import { createCloudinaryMediaStore } from './cloudinary.media';
import { createDiskMediaStore } from './disk.media';
import type { MediaStore } from './media.port';

/** The store that the settings name. */
export function createMediaStore({ store, dir }: MediaConfig): MediaStore {
  if (store.provider === 'cloudinary') return createCloudinaryMediaStore(store);
  return createDiskMediaStore(path.join(dir, 'files'));
}
