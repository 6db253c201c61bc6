import type { Actor } from '../../types/actor';
import type { EventHandler } from '../event-router';

/** `sync:request` (contract section 4); the same answer as `POST /api/sync`. */
export function createSyncHandlers(sync: (actor: Actor, body: Record<string, unknown>) => Promise<object>) {
  return {
    'sync:request': (actor, payload) => sync(actor, payload),
  } satisfies Record<string, EventHandler>;
}
