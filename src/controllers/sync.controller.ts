import type { RequestHandler } from 'express';
import { validated } from '../helpers/validation';
import { actorOf } from '../middlewares/authenticate';
import type { Actor } from '../types/actor';

/** `POST /api/sync`: the same body and answer as the event `sync:request` (contract section 4). */
export function createSyncController(sync: (actor: Actor, body: Record<string, unknown>) => Promise<object>) {
  return {
    sync: async (req, res) => {
      res.json(await sync(actorOf(req), validated(req)));
    },
  } satisfies Record<string, RequestHandler>;
}

export type SyncController = ReturnType<typeof createSyncController>;
