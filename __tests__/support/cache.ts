import type { Cache } from '../../src/providers/cache/cache.port';
import { createMemoryCache } from '../../src/providers/cache/memory.cache';
import { systemClock } from '../../src/types/clock';

/** What a part on its own works with: it keeps nothing, as where several nodes may serve one database. */
export function noCache(): Cache {
  return createMemoryCache({ clock: systemClock, alonePeriod: () => undefined });
}
