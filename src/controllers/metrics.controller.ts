import type { RequestHandler } from 'express';
import type { Metrics } from '../providers/metrics/metrics.port';

/** Hands the metrics out. */
export function createMetricsController(metrics: Pick<Metrics, 'exposition'>): { show: RequestHandler } {
  return {
    async show(_req, res) {
      const { contentType, text } = await metrics.exposition();
      res.set('Content-Type', contentType).set('Cache-Control', 'no-store').send(text);
    },
  };
}
