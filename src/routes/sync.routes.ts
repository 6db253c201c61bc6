import { type RequestHandler, Router } from 'express';
import type { SyncController } from '../controllers/sync.controller';
import { validate } from '../helpers/validation';
import * as rules from '../validation/sync.validation';

/** `/api/sync` (contract section 4). */
export function createSyncRouter(deps: { controller: SyncController; authenticate: RequestHandler }): Router {
  const router = Router();
  router.post('/', deps.authenticate, validate(rules.sync), deps.controller.sync);
  return router;
}
