import sharp from 'sharp';
import { AppError, invalidField } from '../errors/app-error';

/** A larger picture is refused before it is decoded: what it would take of memory has nothing to do with its size in bytes. */
const MAX_PIXELS = 50_000_000;
const MAX_FRAMES = 300;
const THUMBNAIL_PX = 320;
const AVATAR_PX = 512;

export interface Picture {
  width: number;
  height: number;
}

/**
 * Writes a picture anew to `target` in its own format: upright, with its colours, without what a camera notes about time and
 * place. Moving pictures go on moving. Resolves to its size in pixels.
 * @throws validation_failed when it cannot be read to the end; payload_too_large beyond 50 megapixels, all frames counted.
 */
export async function cleanPicture(source: string, target: string): Promise<Picture> {
  const { format, pages = 1, width = 0, pageHeight, height = 0 } = await measure(source);
  if (width * (pageHeight ?? height) * pages > MAX_PIXELS || pages > MAX_FRAMES) throw tooManyPixels();
  const picture = open(source, pages > 1).rotate();
  const {
    width: w,
    height: h,
    pageHeight: frame,
  } = await readable(
    encode(picture, format ?? 'png').toFile(target) as Promise<sharp.OutputInfo & { pageHeight?: number }>,
  );
  return { width: w, height: frame ?? (pages > 1 ? Math.round(h / pages) : h) };
}

/** Writes a small WebP of the first frame, at most 320 pixels wide and high. @throws as `cleanPicture`. */
export async function makeThumbnail(source: string, target: string): Promise<void> {
  await readable(
    open(source, false)
      .rotate()
      .resize(THUMBNAIL_PX, THUMBNAIL_PX, { fit: 'inside', withoutEnlargement: true })
      .webp({ quality: 75 })
      .toFile(target),
  );
}

/** Writes a square WebP of 512 pixels around what catches the eye. @throws as `cleanPicture`. */
export async function makeAvatar(source: string, target: string): Promise<void> {
  const { width = 0, height = 0 } = await measure(source);
  if (width * height > MAX_PIXELS) throw tooManyPixels();
  await readable(
    open(source, false)
      .rotate()
      .resize(AVATAR_PX, AVATAR_PX, { fit: 'cover', position: 'attention' })
      .webp({ quality: 85 })
      .toFile(target),
  );
}

function open(source: string, animated: boolean): sharp.Sharp {
  return sharp(source, { animated, limitInputPixels: MAX_PIXELS, failOn: 'truncated' });
}

function encode(picture: sharp.Sharp, format: string): sharp.Sharp {
  if (format === 'jpeg') return picture.jpeg({ quality: 90, mozjpeg: false });
  if (format === 'webp') return picture.webp({ quality: 90 });
  if (format === 'gif') return picture.gif();
  if (format === 'heif') return picture.avif({ quality: 70 });
  return picture.png();
}

/** Reads the header only, so its own limit is not needed. */
function measure(source: string): Promise<sharp.Metadata> {
  return readable(sharp(source, { limitInputPixels: false }).metadata());
}

async function readable<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof Error && /pixel limit/i.test(error.message)) throw tooManyPixels();
    throw invalidField('file', 'is a picture that cannot be read to its end');
  }
}

function tooManyPixels(): AppError {
  return new AppError('payload_too_large', `A picture may have at most ${MAX_PIXELS / 1e6} megapixels`);
}
