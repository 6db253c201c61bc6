import { Redis, type RedisOptions } from 'ioredis';
import type { Config } from '../../config/env';
import type { Logger } from '../../config/logger';

/**
 * A Redis connection, or undefined when none is configured. It reconnects for ever in the background; commands fail at once
 * while it is away, so that nothing waits for it.
 */
export function connectRedis(config: Config['redis'], logger: Logger): Redis | undefined {
  if (!config) return undefined;
  const redis = createRedis(config, { retryStrategy: (attempt) => Math.min(attempt * 200, 5000) });
  redis.on('ready', () => logger.info('Redis is connected'));
  redis.on('error', (error) => logger.warn('Redis is away; this node counts by itself', { cause: error }));
  return redis;
}

/** A client for the configured Redis whose commands fail at once while it is away. */
export function createRedis(config: NonNullable<Config['redis']>, options: RedisOptions): Redis {
  return new Redis({
    host: config.host,
    port: config.port,
    ...(config.username !== undefined && { username: config.username }),
    ...(config.password !== undefined && { password: config.password }),
    enableOfflineQueue: false,
    maxRetriesPerRequest: 1,
    ...options,
  });
}
