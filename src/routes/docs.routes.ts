import { Router } from 'express';
import { createDocsController } from '../controllers/docs.controller';

/** The API documents and the pages that show them, to be mounted at `/api/docs` (contract section 1). */
export function createDocsRouter(): Router {
  const docs = createDocsController();
  const router = Router();
  router.get('/', docs.swaggerPage);
  router.get('/openapi.json', docs.openapiDocument);
  router.get('/events', docs.eventsPage);
  router.get('/asyncapi.json', docs.asyncapiDocument);
  router.use(docs.swaggerAssets);
  return router;
}
