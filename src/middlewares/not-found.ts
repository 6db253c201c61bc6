import type { RequestHandler } from 'express';
import { AppError } from '../errors/app-error';

/** Answers what no route knows with the contract's error. */
export const routeNotFound: RequestHandler = (_req, _res, next) => {
  next(new AppError('not_found', 'There is nothing at this address'));
};
