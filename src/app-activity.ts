import { type RequestHandler, Router } from 'express';
import type { Logger } from './config/logger';
import { createStatisticsController } from './controllers/statistics.controller';
import type { Connections } from './delivery/connections';
import type { EventBus } from './events/event-bus';
import type { Repeater } from './helpers/repeater';
import { createActivityJob } from './jobs/write-activity';
import type { Journal } from './journal/journal.types';
import { createStatisticsRouter } from './routes/statistics.routes';
import { type ActivityService, createActivityService } from './services/activity.service';
import { createMessageStatistics } from './services/message-statistics.service';
import type { ReceiptService } from './services/receipt.service';
import type { RosterService } from './services/roster.service';
import type { Clock } from './types/clock';

/** What people did day by day. */
export function createActivity(
  { bus, clock, connections }: { bus: EventBus; clock: Clock; connections: Connections },
  rosters: RosterService,
): ActivityService {
  return createActivityService({ bus, clock, rosters, isConnected: connections.hasUser });
}

/** `/api/users/statistics` and `/api/users/activity`. */
export function createStatisticsRoutes(
  { clock }: { clock: Clock },
  services: { journal: Journal; receipts: ReceiptService; activity: ActivityService },
  authenticate: RequestHandler,
): Router {
  const { journal, receipts, activity } = services;
  const messageStatistics = createMessageStatistics({ clock, journal, statusFloors: receipts.statusFloors });
  const controller = createStatisticsController({ messageStatistics, activity });
  return Router().use('/users', createStatisticsRouter({ controller, authenticate }));
}

/** The writing of activity; what is left at the end is written by `ActivityService.stop`. */
export function createActivityWriting(
  { logger }: { logger: Logger },
  { activity }: { activity: ActivityService },
): Repeater {
  return createActivityJob({ flush: activity.flush, logger });
}
