import { rename, stat } from 'node:fs/promises';
import { AppError, invalidField } from '../errors/app-error';
import type { MediaType } from '../types/content';
import type { Ffmpeg } from './ffmpeg';
import { identifyFile } from './file-kind';
import { isWholeMp4 } from './mp4-structure';
import { cleanPicture, makeThumbnail } from './picture';

/** What became of an uploaded file: ready to be stored, with what is known of it. */
export interface Ingested {
  kind: MediaType;
  mimeType: string;
  size: number;
  width?: number;
  height?: number;
  durationMs?: number;
  waveform?: number[];
  /** True when `thumbnailOf(file)` was written. */
  hasThumbnail: boolean;
}

/** Where the small picture of a file is written. */
export const thumbnailOf = (file: string) => `${file}.thumb`;

/** Every file that the work on an upload may leave behind, the upload itself included. */
export const leftOversOf = (file: string) => [file, thumbnailOf(file), `${file}.clean`, `${file}.frame`];

/**
 * Looks into an uploaded file, refuses what may not be, and makes it ready in its place: pictures cleaned, small pictures beside
 * (`thumbnailOf`). Without ffmpeg, sound and video are taken as they are.
 * @throws unsupported_media_type, payload_too_large (above its kind's limit), validation_failed (cannot be read).
 */
export async function ingestFile(
  file: string,
  name: string,
  { ffmpeg, maxBytes }: { ffmpeg: Ffmpeg | undefined; maxBytes: Record<MediaType, number> },
): Promise<Ingested> {
  const { size } = await stat(file);
  if (size === 0) throw invalidField('file', 'is empty');
  const { kind, mimeType } = await identifyFile(file, name);
  assertWithin(kind, size, maxBytes);
  if (kind === 'image') return ingestPicture(file, mimeType);
  if (kind === 'document') return { kind, mimeType, size, hasThumbnail: false };
  const found = await ingestRecording(file, kind, mimeType, ffmpeg);
  assertWithin(found.kind, size, maxBytes);
  return { ...found, size };
}

function assertWithin(kind: MediaType, size: number, maxBytes: Record<MediaType, number>): void {
  if (size <= maxBytes[kind]) return;
  const megabytes = Math.floor(maxBytes[kind] / 1024 / 1024);
  throw new AppError('payload_too_large', `A file of kind ${kind} may have at most ${megabytes} MB`);
}

async function ingestPicture(file: string, mimeType: string): Promise<Ingested> {
  const clean = `${file}.clean`;
  const { width, height } = await cleanPicture(file, clean);
  await rename(clean, file);
  await makeThumbnail(file, thumbnailOf(file));
  return { kind: 'image', mimeType, size: (await stat(file)).size, width, height, hasThumbnail: true };
}

async function ingestRecording(
  file: string,
  kind: 'video' | 'audio',
  mimeType: string,
  ffmpeg: Ffmpeg | undefined,
): Promise<Omit<Ingested, 'size'>> {
  const isMp4 = /mp4|quicktime|3gpp|m4a/.test(mimeType);
  if (isMp4 && !(await isWholeMp4(file))) throw invalidField('file', 'is cut off');
  if (!ffmpeg) return { kind, mimeType, hasThumbnail: false };
  const { hasVideo, durationMs, width, height } = await ffmpeg.probe(file);
  if (!hasVideo) {
    const heard = await ffmpeg.listen(file, durationMs ?? 0);
    const length = durationMs ?? heard?.durationMs;
    return {
      kind: 'audio',
      mimeType: mimeType.replace(/^video\//, 'audio/'),
      ...(length !== undefined && { durationMs: length }),
      ...(heard && { waveform: heard.waveform }),
      hasThumbnail: false,
    };
  }
  const known = durationMs === undefined ? {} : { durationMs };
  const frame = `${file}.frame`;
  await ffmpeg.poster(file, frame);
  await makeThumbnail(frame, thumbnailOf(file));
  return { kind: 'video', mimeType, ...known, ...(width && height && { width, height }), hasThumbnail: true };
}
