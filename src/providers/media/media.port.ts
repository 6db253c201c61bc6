import type { MediaType } from '../../types/content';

/** A finished file on this machine, to be handed to the store. */
export interface StoredFile {
  /** Absolute path; the store may move the file away. */
  path: string;
  kind: MediaType;
  mimeType: string;
  size: number;
}

/** How bytes are got: a file on this machine, or an address that is good for a short time. */
export type MediaLocation = { file: string } | { redirect: string };

/** What a store must know to find something of its again. */
export interface StoredObject {
  key: string;
  kind: MediaType;
  mimeType: string;
  /** Offered to be saved instead of shown. */
  isAttachment: boolean;
}

/** Keeps the bytes of media (contract section 7). Keys are made by the server: letters, digits and `-` only. */
export interface MediaStore {
  readonly name: 'disk' | 'cloudinary';
  /** Resolves when the bytes are safe under the key. @throws unavailable when the store does not answer or refuses. */
  put(key: string, file: StoredFile): Promise<void>;
  /** Where the bytes are. @throws not_found when there are none under the key. */
  locate(object: StoredObject): Promise<MediaLocation>;
  /** Removes the bytes; what is not there is fine. @throws unavailable when it could not be done. */
  remove(key: string, kind: MediaType): Promise<void>;
}
