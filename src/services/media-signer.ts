import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../types/clock';
import type { MediaPart } from './media.service';
import type { MediaSigner } from './media-library.types';

export interface MediaVerifier {
  /** True while the address is good: made by this server, for this part of this file, and not over. */
  isGood(mediaId: string, part: MediaPart, expires: string, signature: string): boolean;
  /** How long a good address goes on being good, in whole seconds. */
  secondsLeft(expires: string): number;
}

/**
 * Signs and checks addresses of media by HMAC-SHA256. The ends are rounded up to quarters of the lifetime, so that the same file has the
 * same address for a while: frames and caches can share it.
 */
export function createMediaSigner(deps: {
  secret: Buffer;
  ttlSeconds: number;
  /** What the addresses begin with: scheme, host and port, without a slash at the end. */
  origin: () => string;
  clock: Clock;
}): MediaSigner & MediaVerifier {
  const { secret, ttlSeconds, origin, clock } = deps;
  const stepSeconds = Math.max(Math.floor(ttlSeconds / 4), 15);

  function signatureOf(mediaId: string, part: MediaPart, expires: string): string {
    return createHmac('sha256', secret)
      .update(`${mediaId}/${part}/${expires}`)
      .digest('base64url')
      .slice(0, 32);
  }

  function url(mediaId: string, part: MediaPart, endsAt?: Date): string {
    const rounded = (Math.floor(clock.now().getTime() / 1000 / stepSeconds) + 1) * stepSeconds + ttlSeconds;
    const limit = endsAt ? Math.floor(endsAt.getTime() / 1000) : Number.POSITIVE_INFINITY;
    const expires = String(Math.min(rounded, limit));
    const signature = signatureOf(mediaId, part, expires);
    return `${origin()}/api/media/${mediaId}/${part}?expires=${expires}&signature=${signature}`;
  }

  return {
    fileUrl: (mediaId, endsAt) => url(mediaId, 'file', endsAt),
    thumbnailUrl: (mediaId, endsAt) => url(mediaId, 'thumbnail', endsAt),

    isGood(mediaId, part, expires, signature) {
      const expected = Buffer.from(signatureOf(mediaId.toLowerCase(), part, expires));
      const given = Buffer.from(signature);
      if (given.length !== expected.length || !timingSafeEqual(given, expected)) return false;
      return Number(expires) * 1000 > clock.now().getTime();
    },

    secondsLeft: (expires) => Math.max(Math.floor(Number(expires) - clock.now().getTime() / 1000), 0),
  };
}
