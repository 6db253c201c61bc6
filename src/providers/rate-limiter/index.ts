import type { Redis } from 'ioredis';
import { type RateLimiterAbstract, RateLimiterMemory, RateLimiterRedis } from 'rate-limiter-flexible';

/**
 * A counter of requests: in Redis when there is one, so that all nodes count together and a restart forgets nothing; in memory
 * otherwise, and also while Redis is away.
 */
export function createRateLimiter(options: {
  name: string;
  max: number;
  windowSeconds: number;
  redis: Redis | undefined;
}): RateLimiterAbstract {
  const { name, max, windowSeconds, redis } = options;
  const inMemory = new RateLimiterMemory({ keyPrefix: name, points: max, duration: windowSeconds });
  if (!redis) return inMemory;
  return new RateLimiterRedis({
    storeClient: redis,
    keyPrefix: `parley:${name}`,
    points: max,
    duration: windowSeconds,
    insuranceLimiter: inMemory,
    rejectIfRedisNotReady: true,
  });
}
