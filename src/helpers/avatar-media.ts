/** How a profile says that its picture is an uploaded file; on the wire it is a signed address. */
const PREFIX = 'media:';

export function avatarOfMedia(mediaId: string): string {
  return `${PREFIX}${mediaId.toLowerCase()}`;
}

/** The file behind a stored `avatarUrl`; undefined for an address elsewhere or none. */
export function avatarMediaId(avatarUrl: string | null): string | undefined {
  return avatarUrl?.startsWith(PREFIX) ? avatarUrl.slice(PREFIX.length) : undefined;
}
