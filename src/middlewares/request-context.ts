import type { RequestHandler } from 'express';
import { requestIdFrom } from '../helpers/request-id';

/** Gives every request an id, the caller's own if it sent a sane one, and repeats it in the answer (contract section 2). */
export const requestContext: RequestHandler = (req, res, next) => {
  req.requestId = requestIdFrom(req.get('x-request-id'));
  res.setHeader('X-Request-Id', req.requestId);
  next();
};
