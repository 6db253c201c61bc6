import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { Logger } from '../../config/logger';
import { type Cache, type CacheKey, type CacheKind, type Looked, nothingKept } from './cache.port';

/** Longer than anything is kept: a tag without a version has nothing that is valid. */
const TAG_TTL_MS = 2 * 3_600_000;
/** Larger things are not worth their way. */
const MAX_BYTES = 512_000;
const TRY_AGAIN_AFTER_MS = 1000;

/** What a look found in Redis, as texts. */
interface Row {
  epoch: string;
  version: string;
  text: string | null;
}

/**
 * Keeps things in Redis, for all nodes. Beside each stands which version of its tag it was read under, and which epoch of the whole; a version
 * is a random text that a drop removes, so what was read before a change can never be taken for what was read after it. A node that lost
 * Redis for a moment may have left a drop unsaid, and Redis may have come back with an older state; so whoever finds it again
 * begins a new epoch before its first look. Until then, and whenever Redis does not answer in time, the database is asked.
 */
export function createRedisCache(deps: {
  redis: Redis;
  wire: { toWire(value: unknown): string; fromWire(text: string): unknown };
  logger: Logger;
}): Cache {
  const { redis, wire, logger } = deps;
  /** Drops under way; what they are about is not given out here meanwhile. */
  const dropping = new Map<Promise<void>, readonly string[]>();
  let prefix: string | undefined;
  let isUsable = false;
  let isWarned = false;
  let isDroppingAll = false;
  let isAskedAgain = false;
  let timer: NodeJS.Timeout | undefined;

  const epochKey = () => `${prefix}e`;
  const tagKey = (tag: string) => `${prefix}t:${tag}`;
  const valueKey = ({ name }: CacheKind, { id }: CacheKey) => `${prefix}v:${name}:${id}`;

  const isReachable = () => prefix !== undefined && redis.status === 'ready';

  async function beginEpoch(): Promise<void> {
    if (!isReachable()) return;
    try {
      await redis.set(epochKey(), randomUUID());
      isUsable = true;
      if (isWarned) logger.info('Redis is back; what is read often is kept there again');
      isWarned = false;
    } catch (cause) {
      lose(cause);
    }
  }

  function lose(cause?: unknown): void {
    isUsable = false;
    if (!isWarned) logger.warn('Redis is away; everything is read from the database', { cause });
    isWarned = true;
    clearTimeout(timer);
    timer = setTimeout(beginEpoch, TRY_AGAIN_AFTER_MS).unref();
  }

  redis.on('ready', () => void beginEpoch());
  redis.on('close', () => {
    if (isUsable) lose();
  });
  // The connection of the limits logs it.
  redis.on('error', () => undefined);

  function isDropping(tag: string): boolean {
    for (const tags of dropping.values()) if (tags.length === 0 || tags.includes(tag)) return true;
    return false;
  }

  /** No tags: everything. */
  function track(work: Promise<unknown>, tags: readonly string[]): void {
    const done: Promise<void> = work.then(
      () => void dropping.delete(done),
      (cause) => {
        dropping.delete(done);
        lose(cause);
      },
    );
    dropping.set(done, tags);
  }

  /** One at a time: what asks while one is on its way is covered by the next. */
  function dropAll(): void {
    if (!isReachable()) return;
    isAskedAgain = isDroppingAll;
    if (isDroppingAll) return;
    isDroppingAll = true;
    const told = redis.set(epochKey(), randomUUID()).finally(() => {
      isDroppingAll = false;
      if (isAskedAgain) dropAll();
    });
    track(told, []);
  }

  async function read(kind: CacheKind, keys: readonly CacheKey[]): Promise<Row[]> {
    const tags = [...new Set(keys.map(({ tag }) => tag))];
    const texts = await redis.mget(
      epochKey(),
      ...tags.map(tagKey),
      ...keys.map((key) => valueKey(kind, key)),
    );
    const epoch = texts[0];
    if (!epoch) throw new Error('The epoch is gone from Redis');
    const versions = new Map(tags.map((tag, i) => [tag, texts[1 + i] ?? undefined]));
    for (const [tag, version] of await giveVersions(tags.filter((one) => !versions.get(one))))
      versions.set(tag, version);
    return keys.map(({ tag }, i) => ({
      epoch,
      version: versions.get(tag) ?? '',
      text: texts[1 + tags.length + i] ?? null,
    }));
  }

  /** Before anything is read from the database: what is read then belongs to the version that stood before. */
  async function giveVersions(tags: readonly string[]): Promise<Array<[string, string]>> {
    if (tags.length === 0) return [];
    const batch = redis.pipeline();
    for (const tag of tags) batch.set(tagKey(tag), randomUUID(), 'PX', TAG_TTL_MS, 'NX').get(tagKey(tag));
    const results = (await batch.exec()) ?? [];
    return tags.map((tag, i) => {
      const [error, version] = results[2 * i + 1] ?? [];
      if (error || typeof version !== 'string') throw error ?? new Error('Redis gave no version');
      return [tag, version];
    });
  }

  function lookAt<T>(kind: CacheKind, key: CacheKey, { epoch, version, text }: Row): Looked<T> {
    const head = `${epoch}\n${version}\n`;
    return {
      value: text?.startsWith(head) ? (wire.fromWire(text.slice(head.length)) as { of: T }).of : undefined,
      keep(value) {
        if (!isUsable || isDropping(key.tag)) return;
        const kept = head + wire.toWire({ of: value });
        if (kept.length > MAX_BYTES) return;
        redis.set(valueKey(kind, key), kept, 'PX', kind.ttlMs).catch(lose);
      },
    };
  }

  return {
    async look<T>(kind: CacheKind, keys: readonly CacheKey[]) {
      if (!isUsable || keys.length === 0 || keys.some(({ tag }) => isDropping(tag)))
        return nothingKept<T>(keys);
      try {
        const rows = await read(kind, keys);
        // A drop that began meanwhile may be on its way still.
        if (keys.some(({ tag }) => isDropping(tag))) return nothingKept<T>(keys);
        return keys.map((key, i) => lookAt<T>(kind, key, rows[i] as Row));
      } catch (cause) {
        lose(cause);
        return nothingKept<T>(keys);
      }
    },

    // Also while a new epoch is being begun: others may be in it already. Where there is no connection, the next epoch covers it.
    drop(tags) {
      if (isReachable() && tags.length > 0) track(redis.del(...tags.map(tagKey)), tags);
    },

    dropAll,

    settled: () =>
      dropping.size === 0 ? undefined : Promise.all([...dropping.keys()]).then(() => undefined),

    async open(namespace) {
      prefix = `parley:cache:${namespace}:`;
      await beginEpoch();
    },

    stop() {
      isUsable = false;
      clearTimeout(timer);
      redis.disconnect();
    },
  };
}
