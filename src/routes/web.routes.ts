import path from 'node:path';
import express, { type RequestHandler, Router } from 'express';

/** The same place from `src/routes` and from `dist/routes`: the page is served as it stands, without a build. */
const PACKAGE_ROOT = path.resolve(__dirname, '..', '..');
const WEB_ROOT = path.join(PACKAGE_ROOT, 'src', 'web');
/** What a browser may ask for; type declarations and the like stay out. */
const SERVED = /\.(?:js|css|svg)$/;
/** A host name or address with an optional port, and nothing that could end a directive. */
const HOST_PATTERN = /^[a-z0-9.-]+(?::\d{1,5})?$|^\[[0-9a-f:.]+\](?::\d{1,5})?$/i;

/** Always asked for again, by ETag: a page of one release never runs with modules of another. */
const FRESH = {
  cacheControl: false,
  etag: true,
  lastModified: false,
  index: false,
  redirect: false,
} as const;

/**
 * Serves the chat page: `/` and its modules under `/web/`, under a Content-Security-Policy that allows nothing from elsewhere but
 * pictures, and sound and film where this server sends browsers on to a store of files for them (`redirectsMedia`).
 */
export function createWebRouter({ redirectsMedia }: { redirectsMedia: boolean }): Router {
  const router = Router();
  router.use(['/web', /^\/$/], protect(redirectsMedia));
  const files = express.static(WEB_ROOT, FRESH);
  router.get('/', indexPage, files);
  router.use('/web/socket.io.js', express.static(socketIoClient(), FRESH));
  router.use('/web', onlyServed, files);
  return router;
}

/** The ES module of the `socket.io-client` this server was installed with. */
function socketIoClient(): string {
  const packageFile = require.resolve('socket.io-client/package.json', { paths: [PACKAGE_ROOT] });
  return path.join(path.dirname(packageFile), 'dist', 'socket.io.esm.min.js');
}

const indexPage: RequestHandler = (req, _res, next) => {
  req.url = '/index.html';
  next();
};

const onlyServed: RequestHandler = (req, _res, next) => next(SERVED.test(req.path) ? undefined : 'router');

const protect =
  (redirectsMedia: boolean): RequestHandler =>
  (req, res, next) => {
    res.set({
      'Content-Security-Policy': contentSecurityPolicy(req.get('host') ?? '', redirectsMedia),
      'Cache-Control': 'no-cache',
      'Referrer-Policy': 'no-referrer',
      'X-Content-Type-Options': 'nosniff',
      'Cross-Origin-Opener-Policy': 'same-origin',
      'Permissions-Policy': 'camera=(self), microphone=(self)',
    });
    next();
  };

/** Not every browser takes `'self'` to include web sockets, so the own host is named with both schemes too. */
function contentSecurityPolicy(host: string, redirectsMedia: boolean): string {
  const sockets = HOST_PATTERN.test(host) ? ` ws://${host} wss://${host}` : '';
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' https: data: blob:",
    `media-src 'self' blob:${redirectsMedia ? ' https:' : ''}`,
    `connect-src 'self'${sockets}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}
