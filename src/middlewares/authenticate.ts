import type { Request, RequestHandler } from 'express';
import { unauthenticated } from '../errors/app-error';
import { bearerToken } from '../helpers/bearer';
import type { AccessVerifier } from '../types/access-verifier';
import type { Actor } from '../types/actor';

/** How the answers to sessions of a dialect are worded, by the name of the dialect. */
export type AnswerWords = ReadonlyMap<string, (body: object) => object>;

/**
 * Lets only signed-in callers through and sets `req.actor`. Answers to sessions of a dialect that has words of its own for them go out in
 * these; all others are left alone.
 */
export function createAuthenticate(
  verifyAccess: AccessVerifier,
  answerWords: AnswerWords = new Map(),
): RequestHandler {
  return async (req, res, next) => {
    const token = bearerToken(req.get('authorization'));
    if (token === undefined) throw unauthenticated();
    const { actor } = await verifyAccess(token);
    req.actor = actor;
    const inWords = answerWords.get(actor.dialect);
    if (inWords) {
      const send = res.json.bind(res);
      res.json = (body: object) => send(inWords(body));
    }
    next();
  };
}

/** The signed-in caller, in handlers behind `authenticate`. */
export function actorOf(req: Request): Actor {
  if (!req.actor) throw unauthenticated();
  return req.actor;
}
