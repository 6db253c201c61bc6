import type { MediaRecord } from '../models/media.model';
import type { MediaSigner } from '../services/media-library.types';
import type { MediaType } from '../types/content';

/** An uploaded file (contract section 7); what is not known of it is left out. */
export interface MediaView {
  id: string;
  kind: MediaType;
  url: string;
  thumbnailUrl: string | null;
  name: string;
  size: number;
  mimeType: string;
  width?: number;
  height?: number;
  durationMs?: number;
  waveform?: number[];
  createdAt: string;
}

/** Presents a file with addresses that are good for a while. */
export function presentMedia(media: MediaRecord, signer: MediaSigner): MediaView {
  const id = String(media._id);
  const { width, height, durationMs, waveform } = media;
  return {
    id,
    kind: media.kind,
    url: signer.fileUrl(id),
    thumbnailUrl: media.thumbnailKey === undefined ? null : signer.thumbnailUrl(id),
    name: media.name,
    size: media.size,
    mimeType: media.mimeType,
    ...(width !== undefined && height !== undefined && { width, height }),
    ...(durationMs !== undefined && { durationMs }),
    ...(waveform !== undefined && { waveform }),
    createdAt: media.createdAt.toISOString(),
  };
}
