import { Router } from 'express';
import { createDocsController } from '../controllers/docs.controller';

/** The API documents and the pages that show them, also those of these dialects, to be mounted at `/api/docs` (contract section 1). */
export function createDocsRouter(dialects: readonly string[]): Router {
  const docs = createDocsController(dialects);
  const router = Router();
  router.get('/', docs.swaggerPage);
  for (const [path, handler] of docs.documents) router.get(path, handler);
  router.use(docs.swaggerAssets);
  return router;
}
