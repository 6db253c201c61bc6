import { Router } from 'express';

/** What one part of the server says about itself. */
export type HealthCheck = () => Promise<{ ok: boolean; detail?: string }>;

/**
 * `/health/live` answers while the process serves at all; `/health/ready` only while it can do its work, and names what is
 * missing otherwise.
 */
export function createHealthRouter(checks: Readonly<Record<string, HealthCheck>>): Router {
  const router = Router();
  router.get('/live', (_req, res) => {
    res.json({ status: 'ok' });
  });
  router.get('/ready', async (_req, res) => {
    const results = await Promise.all(
      Object.entries(checks).map(async ([name, check]) => [name, await check()] as const),
    );
    const isReady = results.every(([, result]) => result.ok);
    res
      .status(isReady ? 200 : 503)
      .json({ status: isReady ? 'ok' : 'unavailable', checks: Object.fromEntries(results) });
  });
  return router;
}
