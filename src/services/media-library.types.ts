import type { MediaRecord } from '../models/media.model';
import type { MediaType } from '../types/content';

/** What the rest of the product asks of media; bytes and providers stay behind it. */
export interface MediaLibrary {
  /**
   * The owner's own ready media of one of these kinds, to be referred to from now on.
   * @throws validation_failed under `path` when it does not exist, is somebody else's, not ready, or of another kind.
   */
  claim(ownerId: string, mediaId: string, kinds: readonly MediaType[], path: string): Promise<MediaRecord>;
  /** Has these looked at again soon: what nothing refers to any more is removed, bytes and all. Unknown ids are fine. */
  reconsider(mediaIds: readonly string[]): Promise<void>;
  /** The same for everything that a user uploaded. */
  reconsiderAllOf(ownerId: string): Promise<void>;
}

/** Makes the short-lived addresses under which bytes are served without a token (contract section 7). */
export interface MediaSigner {
  /** `endsAt` bounds the life of the address, for a story that ends before. */
  fileUrl(mediaId: string, endsAt?: Date): string;
  thumbnailUrl(mediaId: string, endsAt?: Date): string;
}

/**
 * One place that may refer to media (messages, stories, avatars). The library asks all of them.
 */
export interface MediaUse {
  /** Of these ids those that this place refers to. */
  inUse(mediaIds: readonly string[]): Promise<Set<string>>;
  /** True when the user may see the media because of this place. */
  canSee(userId: string, mediaId: string): Promise<boolean>;
  /** Of these ids those whose use here ends by itself, and when: they are looked at again then. */
  endsAt?(mediaIds: readonly string[]): Promise<Map<string, Date>>;
}
