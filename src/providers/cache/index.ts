import type { Config } from '../../config/env';
import { CACHE_COMMAND_MS } from '../../config/limits';
import type { Logger } from '../../config/logger';
import type { Clock } from '../../types/clock';
import { createRedis } from '../redis';
import type { Cache } from './cache.port';
import { createMemoryCache } from './memory.cache';
import { createRedisCache } from './redis.cache';

/** Keeps things in Redis where one is configured, which several nodes share; in memory otherwise. */
export function createCache(
  { redis: config }: Pick<Config, 'redis'>,
  deps: {
    clock: Clock;
    logger: Logger;
    alonePeriod: () => number | undefined;
    wire: { toWire(value: unknown): string; fromWire(text: string): unknown };
  },
): Cache {
  if (!config) return createMemoryCache(deps);
  const redis = createRedis(config, {
    commandTimeout: CACHE_COMMAND_MS,
    retryStrategy: (attempt) => Math.min(attempt * 200, 5000),
  });
  return createRedisCache({ ...deps, redis });
}
