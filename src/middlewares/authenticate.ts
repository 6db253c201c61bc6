import type { Request, RequestHandler } from 'express';
import { unauthenticated } from '../errors/app-error';
import { bearerToken } from '../helpers/bearer';
import type { AccessVerifier } from '../types/access-verifier';
import type { Actor } from '../types/actor';

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
