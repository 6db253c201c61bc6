import { type RequestHandler, Router } from 'express';
import type { NotificationController } from '../controllers/notification.controller';
import { validate } from '../helpers/validation';
import { clearNotificationsRules, listNotificationsRules } from '../validation/notification.validation';

/** `/api/notifications` (seed 001, contract section 6). */
export function createNotificationRouter({
  controller,
  authenticate,
}: {
  controller: NotificationController;
  authenticate: RequestHandler;
}): Router {
  const router = Router();
  router.use(authenticate);
  router.get('/', validate(listNotificationsRules), controller.list);
  router.get('/count', controller.count);
  router.get('/all-counts', controller.allCounts);
  router.post('/clear/:chatId', validate(clearNotificationsRules), controller.clear);
  router.post('/mark-contacts-viewed', controller.markContactsViewed);
  return router;
}
