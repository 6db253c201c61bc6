import type { CookieOptions, Request, RequestHandler, Response } from 'express';
import { forbidden } from '../../errors/app-error';
import type { Login } from '../../services/auth.service';
import type { CookieRules } from '../dialect.port';
import { readCookies } from './read-cookies';

const ACCESS_COOKIE = 'accessToken';
const REFRESH_COOKIE = 'refreshToken';
/** Tells who registered an address from others who give the same one (docs/decisions/0006). */
const VISITOR_COOKIE = 'signUp';
const VISITOR = /^[\w-]{32}$/;
/** As long as a password given at a registration waits for its proof. */
const VISITOR_TTL_SECONDS = 3600;
/** Only these routes look at the two that are worth more than an access token. */
const AUTH_PATH = '/auth';

export interface RoomsCookies {
  signIn(res: Response, login: Login & { accessToken: string }): void;
  signOut(res: Response): void;
  rememberVisitor(res: Response, visitor: string): void;
  forgetVisitor(res: Response): void;
}

/** Sets and clears the cookies of seed 004: HttpOnly, SameSite=Lax, and Secure in production (contract section 6). */
export function createRoomsCookies({ isSecure, refreshTtlSeconds }: CookieRules): RoomsCookies {
  const options = (path: string, seconds?: number): CookieOptions => ({
    httpOnly: true,
    sameSite: 'lax',
    secure: isSecure,
    path,
    ...(seconds !== undefined && { maxAge: seconds * 1000 }),
  });
  return {
    signIn(res, { accessToken, refreshToken, expiresIn }) {
      res.cookie(ACCESS_COOKIE, accessToken, options('/', expiresIn));
      res.cookie(REFRESH_COOKIE, refreshToken, options(AUTH_PATH, refreshTtlSeconds));
    },
    signOut(res) {
      res.clearCookie(ACCESS_COOKIE, options('/'));
      res.clearCookie(REFRESH_COOKIE, options(AUTH_PATH));
    },
    rememberVisitor(res, visitor) {
      res.cookie(VISITOR_COOKIE, visitor, options(AUTH_PATH, VISITOR_TTL_SECONDS));
    },
    forgetVisitor(res) {
      res.clearCookie(VISITOR_COOKIE, options(AUTH_PATH));
    },
  };
}

/** The access token of a `Cookie` header, if any. */
export function accessTokenIn(header: string | undefined): string | undefined {
  return readCookies(header).get(ACCESS_COOKIE) || undefined;
}

/** The refresh token that a request brings, if any. */
export function refreshTokenOf(req: Request): string | undefined {
  return readCookies(req.get('cookie')).get(REFRESH_COOKIE) || undefined;
}

/** The visitor that a request is of, if it says so. */
export function visitorOf(req: Request): string | undefined {
  const visitor = readCookies(req.get('cookie')).get(VISITOR_COOKIE);
  return visitor !== undefined && VISITOR.test(visitor) ? visitor : undefined;
}

/** The headers by which a request is judged, of REST and of an upgrade alike. */
interface Sender {
  cookie?: string | undefined;
  origin?: string | undefined;
  host?: string | undefined;
}

/** Lets no foreign page act with the cookies of whoever visits it (contract section 6). @throws forbidden */
export function assertOwnPage({ cookie, origin, host }: Sender, rules: CookieRules): void {
  if (cookie === undefined || origin === undefined || rules.mayComeFrom(origin, host)) return;
  throw forbidden('Cookies are not taken from pages of this origin');
}

/** The same for every request of a router. */
export function ownPagesOnly(rules: CookieRules): RequestHandler {
  return (req, _res, next) => {
    assertOwnPage(req.headers, rules);
    next();
  };
}

/** Where a request has no `Authorization` header its cookie stands in for it. */
export const cookieAsBearer: RequestHandler = (req, _res, next) => {
  const token = accessTokenIn(req.get('cookie'));
  if (token !== undefined) req.headers.authorization ??= `Bearer ${token}`;
  next();
};
