import { createHash, timingSafeEqual } from 'node:crypto';
import type { Request, RequestHandler } from 'express';
import { unauthenticated } from '../errors/app-error';
import { bearerToken } from '../helpers/bearer';
import { routeNotFound } from './not-found';

const LOOPBACK = /^(?:::ffff:)?127\.\d+\.\d+\.\d+$|^::1$/;
/** What a page in a browser on this machine would bring that was led here by a name of its own. */
const LOCAL_HOST = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/i;
const PROXY_HEADERS = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'via'];

/**
 * Who may read the metrics: with a token who brings it; without one a caller on this very machine that came through no
 * proxy, and nobody at all where there is one. For everybody else there is nothing at this address.
 */
export function createMetricsGuard(options: {
  token: string | undefined;
  trustProxy: number;
}): RequestHandler {
  const { token, trustProxy } = options;
  return (req, res, next) => {
    if (token === undefined) return trustProxy === 0 && isLocal(req) ? next() : routeNotFound(req, res, next);
    const given = bearerToken(req.headers.authorization);
    if (given !== undefined && isSame(given, token)) return next();
    next(unauthenticated('The token of METRICS_TOKEN is required'));
  };
}

function isLocal(req: Request): boolean {
  return (
    LOOPBACK.test(req.socket.remoteAddress ?? '') &&
    LOCAL_HOST.test(req.headers.host ?? '') &&
    !PROXY_HEADERS.some((name) => req.headers[name] !== undefined)
  );
}

/** In the same time wherever they differ. */
function isSame(given: string, token: string): boolean {
  return timingSafeEqual(digest(given), digest(token));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
