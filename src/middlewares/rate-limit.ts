import type { RequestHandler } from 'express';
import { type RateLimiterAbstract, RateLimiterRes } from 'rate-limiter-flexible';
import type { Logger } from '../config/logger';
import { AppError } from '../errors/app-error';
import { ipRange } from '../helpers/ip-range';

export interface RateLimit {
  limiter: RateLimiterAbstract;
  /** The most requests in one window, and the window in seconds. */
  max: number;
  windowSeconds: number;
  logger: Logger;
}

/**
 * Counts requests by asker (of IPv6 the whole /64) and answers `rate_limited` past the limit; every answer tells where the caller stands in the
 * `RateLimit` headers (IETF httpapi draft, with the older split form beside it). When the counter itself is out of order the
 * request passes: a lost Redis must not lock everybody out.
 */
export function createRateLimit({ limiter, max, windowSeconds, logger }: RateLimit): RequestHandler {
  return async (req, res, next) => {
    const outcome = await consume(limiter, ipRange(req.ip ?? 'unknown'));
    if (!(outcome instanceof RateLimiterRes)) {
      logger.warn('The rate limit could not be counted', { cause: outcome });
      next();
      return;
    }
    const remaining = Math.max(outcome.remainingPoints, 0);
    const reset = Math.max(Math.ceil(outcome.msBeforeNext / 1000), 1);
    res.setHeader('RateLimit', `limit=${max}, remaining=${remaining}, reset=${reset}`);
    res.setHeader('RateLimit-Policy', `${max};w=${windowSeconds}`);
    res.setHeader('RateLimit-Limit', String(max));
    res.setHeader('RateLimit-Remaining', String(remaining));
    res.setHeader('RateLimit-Reset', String(reset));
    if (outcome.consumedPoints <= max) next();
    else
      next(new AppError('rate_limited', 'Too many requests; try again later', { retryAfterSeconds: reset }));
  };
}

/** The limiter rejects with its result when the limit is passed, and with an error when it cannot count. */
async function consume(limiter: RateLimiterAbstract, key: string): Promise<unknown> {
  try {
    return await limiter.consume(key);
  } catch (rejected) {
    return rejected;
  }
}
