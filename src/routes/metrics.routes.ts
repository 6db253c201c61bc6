import { type RequestHandler, Router } from 'express';

/** `/metrics`, for Prometheus. */
export function createMetricsRouter({
  guards,
  show,
}: {
  /** The request limit, and who may read. */
  guards: RequestHandler[];
  show: RequestHandler;
}): Router {
  const router = Router();
  router.get('/metrics', ...guards, show);
  return router;
}
