import type { Request, RequestHandler } from 'express';
import { unauthenticated } from '../errors/app-error';
import type { Actor } from '../types/actor';

/** Checks an access token. @throws unauthenticated when it is wrong, expired or its session has ended. */
export type AccessVerifier = (token: string) => Promise<{ actor: Actor; expiresAtMs: number }>;

/** The bearer token of an `Authorization` header (RFC 6750), or undefined. */
export function bearerToken(header: string | undefined): string | undefined {
  return /^Bearer +([^\s]+)$/i.exec(header ?? '')?.[1];
}

/** Lets only signed-in callers through and sets `req.actor`. */
export function createAuthenticate(verifyAccess: AccessVerifier): RequestHandler {
  return async (req, _res, next) => {
    const token = bearerToken(req.get('authorization'));
    if (token === undefined) throw unauthenticated();
    req.actor = (await verifyAccess(token)).actor;
    next();
  };
}

/** The signed-in caller, in handlers behind `authenticate`. */
export function actorOf(req: Request): Actor {
  if (!req.actor) throw unauthenticated();
  return req.actor;
}
