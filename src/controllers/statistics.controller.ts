import type { RequestHandler } from 'express';
import { validated } from '../helpers/validation';
import { actorOf } from '../middlewares/authenticate';
import { presentActivity, presentMessageStatistics } from '../presenters/statistics.presenter';
import type { ActivityService } from '../services/activity.service';
import type { MessageStatistics } from '../services/message-statistics.service';

export type StatisticsController = ReturnType<typeof createStatisticsController>;

/** The handlers that show people their own numbers. */
export function createStatisticsController(deps: {
  messageStatistics: (userId: string, days: number) => Promise<MessageStatistics>;
  activity: Pick<ActivityService, 'listDays'>;
}) {
  return {
    async statistics(req, res) {
      const { days } = validated<{ days: number }>(req);
      const found = await deps.messageStatistics(actorOf(req).userId, days);
      res.json({ statistics: presentMessageStatistics(found) });
    },

    async activity(req, res) {
      const { days } = validated<{ days: number }>(req);
      res.json({ activity: presentActivity(await deps.activity.listDays(actorOf(req).userId, days)) });
    },
  } satisfies Record<string, RequestHandler>;
}
