import type { MediaRecord } from '../models/media.model';
import type { Content, MediaContent, MediaType, UserContent } from '../types/content';
import type { MediaLibrary } from './media-library.types';

/** True for content that names a file of this server's. */
export function isOwnFile(content: Content): content is MediaContent & { mediaId: string } {
  return 'mediaId' in content && typeof content.mediaId === 'string' && !('url' in content);
}

/** The ids of this server's files that a content shows. */
export function filesOf(content: Content | null): string[] {
  return content !== null && isOwnFile(content) ? [content.mediaId] : [];
}

/**
 * What a message keeps of a file: what the server knows of it, whatever its sender said. Anything may be sent as a document.
 * @throws validation_failed unless the file is the sender's own and of the content's type.
 */
export async function fileContent(
  library: MediaLibrary,
  senderId: string,
  { type, mediaId, caption, name }: MediaContent & { mediaId: string },
): Promise<UserContent> {
  const kinds: MediaType[] = type === 'document' ? ['document', 'image', 'video', 'audio'] : [type];
  const media = await library.claim(senderId, mediaId, kinds, 'content.mediaId');
  return {
    type,
    mediaId,
    ...(caption !== undefined && { caption }),
    name: name ?? media.name,
    ...factsOf(media),
  };
}

function factsOf({ size, mimeType, durationMs, width, height, waveform, thumbnailKey }: MediaRecord) {
  return {
    size,
    mimeType,
    ...(durationMs !== undefined && { durationMs }),
    ...(width !== undefined && height !== undefined && { width, height }),
    ...(waveform !== undefined && { waveform }),
    ...(thumbnailKey !== undefined && { hasThumbnail: true }),
  };
}
