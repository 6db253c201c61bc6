import { type RequestHandler, Router } from 'express';
import { createDocsController } from '../controllers/docs.controller';

/** The API documents and the pages that show them, also those of these dialects, to be mounted at `/api/docs` (contract section 1). */
export function createDocsRouter(dialects: readonly string[]): Router {
  const { swaggerPage, swaggerAssets, documents } = createDocsController(dialects);
  const serve: RequestHandler = (req, res, next) => {
    const handler = documents.get(req.path);
    return handler ? handler(req, res, next) : next();
  };
  const router = Router();
  router.get('/', swaggerPage);
  for (const file of ['openapi.json', 'events', 'asyncapi.json']) {
    router.get(`/${file}`, serve);
    router.get(`/:dialect/${file}`, serve);
  }
  router.use(swaggerAssets);
  return router;
}
