import { invalidField } from '../errors/app-error';
import { MediaModel } from '../models/media.model';
import { toObjectId } from '../models/object-id';
import { trusted } from '../models/trusted';
import type { Clock } from '../types/clock';
import type { MediaLibrary } from './media-library.types';

/** An upload that nothing refers to by then goes. */
export const UNUSED_AFTER_MS = 24 * 3_600_000;
/** The change that lets go of a file is stored by then, or was refused. */
const SETTLED_AFTER_MS = 60_000;

const OBJECT_ID = /^[0-9a-f]{24}$/i;

/** What the rest of the product asks of media. */
export function createMediaLibrary({ clock }: { clock: Clock }): MediaLibrary {
  return {
    async claim(ownerId, mediaId, kinds, path) {
      const id = OBJECT_ID.test(mediaId) ? toObjectId(mediaId) : undefined;
      const media = id && (await MediaModel.findOne({ _id: id, ownerId, state: 'ready' }).lean());
      if (!media) throw invalidField(path, 'is no file that you uploaded');
      if (!kinds.includes(media.kind))
        throw invalidField(path, `is of kind ${media.kind}, not ${kinds.join(' or ')}`);
      await touch([mediaId], UNUSED_AFTER_MS);
      return media;
    },

    reconsider: (mediaIds) => touch(mediaIds, SETTLED_AFTER_MS),

    async reconsiderAllOf(ownerId) {
      await MediaModel.updateMany({ ownerId }, { $set: { reconsiderAt: clock.now() } });
    },
  };

  async function touch(mediaIds: readonly string[], afterMs: number): Promise<void> {
    const ids = mediaIds.filter((id) => OBJECT_ID.test(id)).map(toObjectId);
    if (ids.length === 0) return;
    const reconsiderAt = new Date(clock.now().getTime() + afterMs);
    await MediaModel.updateMany({ _id: trusted({ $in: ids }) }, { $set: { reconsiderAt } });
  }
}
