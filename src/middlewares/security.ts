import cors from 'cors';
import type { RequestHandler } from 'express';
import helmet from 'helmet';

const LOCAL_ORIGIN = /^https?:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/;

/** Which web origins may call: the configured ones; outside production also pages served on this very machine. */
export function originRule(allowed: readonly string[], isProduction: boolean): (string | RegExp)[] | '*' {
  if (allowed.includes('*')) return '*';
  return isProduction ? [...allowed] : [...allowed, LOCAL_ORIGIN];
}

/**
 * Whether a request that brings cookies may come from this web origin: the server's own, or an allowed one by name, for `*` would let
 * every page act for whoever visits it (contract section 6).
 */
export function createCookieOriginRule({
  allowedOrigins,
  isProduction,
  publicUrl,
}: {
  allowedOrigins: readonly string[];
  isProduction: boolean;
  publicUrl: string | undefined;
}): (origin: string, host: string | undefined) => boolean {
  const named = new Set(allowedOrigins.filter((origin) => origin !== '*'));
  if (publicUrl !== undefined && URL.canParse(publicUrl)) named.add(new URL(publicUrl).origin);
  return (origin, host) =>
    named.has(origin) ||
    (!isProduction && LOCAL_ORIGIN.test(origin)) ||
    (host !== undefined && [`https://${host}`, `http://${host}`].includes(origin));
}

/** Security headers for everything; pages that need to load something set their own policy over it. */
export function securityHeaders(): RequestHandler {
  return helmet({
    contentSecurityPolicy: {
      directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
      useDefaults: false,
    },
    crossOriginResourcePolicy: { policy: 'cross-origin' },
  });
}

/** What one signed-in person gets is kept by nothing on the way and by no browser; public answers may say otherwise. */
export const noStore: RequestHandler = (_req, res, next) => {
  res.setHeader('Cache-Control', 'no-store');
  next();
};

/** CORS for the REST API, with the headers that clients read; where `takesCookies` for pages that send theirs along. */
export function corsRule(
  origin: (string | RegExp)[] | '*',
  { takesCookies = false }: { takesCookies?: boolean } = {},
): RequestHandler {
  return cors({
    origin,
    credentials: takesCookies,
    exposedHeaders: [
      'X-Request-Id',
      'RateLimit',
      'RateLimit-Policy',
      'RateLimit-Remaining',
      'RateLimit-Reset',
      'Retry-After',
    ],
    maxAge: 600,
  });
}
