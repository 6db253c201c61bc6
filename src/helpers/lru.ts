import { LRUCache } from 'lru-cache';

export type Lru<Value extends object | string | number | boolean> = LRUCache<string, Value>;

/**
 * A map of at most `max` entries that lets go of the least recently used one, and of what is older than `ttlMs`. It grows
 * with what is put in: lru-cache's own `max` takes the memory of all entries at once, about 30 bytes each.
 */
export function createLru<Value extends object | string | number | boolean>(
  max: number,
  ttlMs = 0,
): Lru<Value> {
  return new LRUCache<string, Value>({ maxSize: max, sizeCalculation: () => 1, ttl: ttlMs });
}
