import { avatarMediaId } from '../helpers/avatar-media';
import type { MediaSigner } from '../services/media-library.types';
import { type Content, MEDIA_TYPES, type MediaContent } from '../types/content';

/** A message's content as it is stored, with fresh addresses for a file of this server; other content as it is. */
export function presentContent(content: Content | null, signer: MediaSigner): Content | null {
  if (content?.type === 'system' && typeof content.avatarUrl === 'string')
    return { ...content, avatarUrl: presentPicture(content.avatarUrl, signer) };
  if (content === null || !isMedia(content) || content.url !== undefined) return content;
  const { hasThumbnail, ...shown } = content;
  const mediaId = content.mediaId ?? '';
  const thumbnail = hasThumbnail ? { thumbnailUrl: signer.thumbnailUrl(mediaId) } : {};
  return { ...shown, url: signer.fileUrl(mediaId), ...thumbnail };
}

/** A stored picture of a person or group as an address: a fresh one of an uploaded file, any other as it is. */
export function presentPicture(avatarUrl: string | null, signer: MediaSigner): string | null {
  const mediaId = avatarMediaId(avatarUrl);
  return mediaId === undefined ? avatarUrl : signer.fileUrl(mediaId);
}

function isMedia(content: Content): content is MediaContent {
  return MEDIA_TYPES.some((type) => type === content.type);
}
