import { LRUCache } from 'lru-cache';
import { createLru } from '../../helpers/lru';
import type { Clock } from '../../types/clock';
import { type Cache, type CacheKey, type CacheKind, type Looked, nothingKept } from './cache.port';

/** In pieces of half a kilobyte, so some 50 MB at the most. */
const MAX_WEIGHT = 100_000;
const MAX_TAGS = 200_000;

interface Kept {
  value: unknown;
  version: number;
  generation: number;
  /** During which time alone it was read. */
  period: number;
  untilMs: number;
  weight: number;
}

/**
 * Keeps things in the memory of this node. What another node changes would not be heard of in time, so it gives out and keeps nothing while
 * there is another, and nothing from before.
 */
export function createMemoryCache(deps: {
  clock: Clock;
  /** A number for as long as no other node serves the database, another one the next time; undefined while one may. */
  alonePeriod: () => number | undefined;
}): Cache {
  const { clock, alonePeriod } = deps;
  const kept = new LRUCache<string, Kept>({
    maxSize: MAX_WEIGHT,
    sizeCalculation: ({ weight }) => weight,
  });
  /** Each tag gets a number that none had before; a tag that was dropped or forgotten has none. */
  const versions = createLru<number>(MAX_TAGS);
  let lastVersion = 0;
  let generation = 0;

  function versionOf(tag: string): number {
    const known = versions.get(tag);
    if (known !== undefined) return known;
    lastVersion += 1;
    versions.set(tag, lastVersion);
    return lastVersion;
  }

  function lookAt<T>({ name, ttlMs, weigh }: CacheKind, { id, tag }: CacheKey, period: number): Looked<T> {
    const key = `${name}:${id}`;
    const version = versionOf(tag);
    const startedIn = generation;
    const nowMs = clock.now().getTime();
    const found = kept.get(key);
    const isGood =
      found !== undefined &&
      found.version === version &&
      found.generation === generation &&
      found.period === period &&
      found.untilMs > nowMs &&
      found.untilMs <= nowMs + ttlMs;
    return {
      value: isGood ? (found.value as T) : undefined,
      keep(value) {
        if (versions.peek(tag) !== version || generation !== startedIn) return;
        const untilMs = clock.now().getTime() + ttlMs;
        kept.set(key, { value, version, generation, period, untilMs, weight: weigh?.(value) ?? 1 });
      },
    };
  }

  return {
    async look<T>(kind: CacheKind, keys: readonly CacheKey[]) {
      const period = alonePeriod();
      if (period === undefined) return nothingKept<T>(keys);
      return keys.map((key) => lookAt<T>(kind, key, period));
    },
    drop(tags) {
      for (const tag of tags) versions.delete(tag);
    },
    dropAll() {
      generation += 1;
    },
    settled: () => undefined,
    open: async () => undefined,
    stop: () => kept.clear(),
  };
}
