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

/** What Socket.IO's adapter speaks through. It waits for a Redis that is away, so ask `isThere` before anything is given to it. */
export interface AdapterRedis {
  client: Redis;
  isThere(): boolean;
}

/** A connection of its own for the adapter, which blocks one and subscribes on another that it makes of it. */
export function connectAdapterRedis(config: NonNullable<Config['redis']>): AdapterRedis {
  const client = createRedis(config, {
    enableOfflineQueue: true,
    maxRetriesPerRequest: null,
    retryStrategy: (attempt) => Math.min(attempt * 200, 5000),
  });
  // The connection of the limits logs it.
  client.on('error', () => undefined);
  return { client, isThere: () => client.status === 'ready' };
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
