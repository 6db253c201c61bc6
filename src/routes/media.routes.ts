import { type RequestHandler, Router } from 'express';
import type { MediaController } from '../controllers/media.controller';
import { validate } from '../helpers/validation';
import { mediaBytesRules, mediaIdRules } from '../validation/media.validation';

/** `/api/media` (contract section 7). The bytes are got with a token or by a signed address, so their routes authenticate themselves. */
export function createMediaRouter(deps: {
  mediaController: MediaController;
  authenticate: RequestHandler;
  /** Receives the file of the named field. */
  upload: (field: string) => RequestHandler[];
}): Router {
  const { mediaController, authenticate, upload } = deps;
  const router = Router();
  router.post('/', authenticate, upload('file'), mediaController.upload);
  router.get('/:id', authenticate, validate(mediaIdRules), mediaController.get);
  router.delete('/:id', authenticate, validate(mediaIdRules), mediaController.remove);
  router.get('/:id/file', validate(mediaBytesRules), mediaController.file);
  router.get('/:id/thumbnail', validate(mediaBytesRules), mediaController.thumbnail);
  return router;
}
