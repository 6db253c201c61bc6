import type { Request, Response } from 'express';
import type { MediaRecord } from '../models/media.model';
import type { MediaLocation } from '../providers/media/media.port';
import type { MediaPart } from '../services/media.service';

/** What a browser may show in its place; everything else is offered to be saved. */
const SHOWN = /^(?:image\/(?:jpeg|png|webp|gif|avif)|video\/|audio\/)/;
/** The bytes of an id never change, but who may see them does, and until when. */
const CACHE_SECONDS = 3600;
const REDIRECT_CACHE_SECONDS = 60;

/**
 * Answers with the bytes, whole or a range of them (RFC 9110, section 14), or sends the caller to where they are. Nothing in them can
 * run: the type is not guessed, a page opened from them has no scripts, and documents are only ever saved.
 */
export async function sendMedia(
  req: Request,
  res: Response,
  found: {
    part: MediaPart;
    media: MediaRecord;
    location: MediaLocation;
    /** For so long the caller may have them without asking again. */
    maxAgeSeconds: number;
  },
): Promise<void> {
  const { part, media, location, maxAgeSeconds } = found;
  const keep = (most: number) => `private, max-age=${Math.min(most, maxAgeSeconds)}`;
  if ('redirect' in location) {
    res.set('Cache-Control', keep(REDIRECT_CACHE_SECONDS)).redirect(302, location.redirect);
    return;
  }
  const mimeType = part === 'thumbnail' ? 'image/webp' : media.mimeType;
  const isShown = SHOWN.test(mimeType) && media.kind !== 'document';
  if (!(isShown || part === 'thumbnail')) res.attachment(media.name);
  // After the name, from whose ending Express would guess the type.
  res.set({
    'Content-Type': isShown || part === 'thumbnail' ? mimeType : 'application/octet-stream',
    'Content-Security-Policy': "default-src 'none'; sandbox",
    'X-Content-Type-Options': 'nosniff',
    'Cache-Control': keep(CACHE_SECONDS),
    ETag: `"${String(media._id)}-${part}"`,
  });
  await new Promise<void>((resolve, reject) => {
    // The name of the file is the server's own, so that it may begin with anything.
    const options = { dotfiles: 'allow', etag: false, lastModified: false, cacheControl: false } as const;
    res.sendFile(location.file, options, (error?: Error & { status?: number; headers?: object }) => {
      if (error?.status === 416 && !res.headersSent) {
        res.status(416).removeHeader('Content-Disposition');
        res.set({ ...error.headers }).end();
      }
      // Who hangs up in the middle of a video did nothing wrong.
      if (error && !res.headersSent) reject(error);
      else resolve();
    });
    req.once('close', resolve);
  });
}
