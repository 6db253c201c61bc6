import { avatarMediaId, avatarOfMedia } from '../helpers/avatar-media';
import { ownFileId } from '../helpers/own-file';
import type { MediaLibrary } from './media-library.types';

/**
 * What a profile or group keeps as its picture when a client names `avatarUrl`. An uploaded file is named by the signed address it was handed
 * out under, which ends, so its id is kept: it must be the picture that is there already or the user's own. The one that is let go of is
 * looked at again. @throws validation_failed for somebody else's file, or no picture.
 */
export async function storedPicture(
  library: Pick<MediaLibrary, 'claim' | 'reconsider'>,
  userId: string,
  { before, avatarUrl }: { before: string | null; avatarUrl: string | null },
): Promise<string | null> {
  const old = avatarMediaId(before);
  const named = ownFileId(avatarUrl);
  if (named !== undefined && named === old) return before;
  if (named !== undefined) await library.claim(userId, named, ['image'], 'avatarUrl');
  if (old !== undefined) await library.reconsider([old]);
  return named === undefined ? avatarUrl : avatarOfMedia(named);
}
