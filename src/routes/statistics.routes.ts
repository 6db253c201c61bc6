import { type RequestHandler, Router } from 'express';
import type { StatisticsController } from '../controllers/statistics.controller';
import { validate } from '../helpers/validation';
import { statisticsRules } from '../validation/statistics.validation';

/** The part of `/api/users` with one's own numbers (seed 002, Analytics). */
export function createStatisticsRouter({
  controller,
  authenticate,
}: {
  controller: StatisticsController;
  authenticate: RequestHandler;
}): Router {
  const router = Router();
  router.get('/statistics', authenticate, validate(statisticsRules), controller.statistics);
  router.get('/activity', authenticate, validate(statisticsRules), controller.activity);
  return router;
}
