import type { RequestHandler } from 'express';
import type { Metrics } from '../providers/metrics/metrics.port';

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** Measures every answer under the template of its route; `templateOf` gives `other` for what is no route. */
export function createHttpMetrics(
  metrics: Pick<Metrics, 'httpAnswered'>,
  templateOf: (path: string) => string,
): RequestHandler {
  return (req, res, next) => {
    const { path } = req;
    const startedAt = process.hrtime.bigint();
    res.once('close', () => {
      metrics.httpAnswered({
        method: METHODS.has(req.method) ? req.method : 'other',
        route: templateOf(path),
        status: res.statusCode,
        seconds: Number(process.hrtime.bigint() - startedAt) / 1e9,
      });
    });
    next();
  };
}
