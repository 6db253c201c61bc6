import type { RequestHandler } from 'express';
import { validated } from '../helpers/validation';
import { actorOf } from '../middlewares/authenticate';
import type { PresentNotifications } from '../presenters/notification.presenter';
import type { ContactRequestService } from '../services/contact-request.service';
import type { NotificationService } from '../services/notification.service';

export type NotificationController = ReturnType<typeof createNotificationController>;

/** The handlers of what waits for the user's attention. */
export function createNotificationController(deps: {
  notifications: NotificationService;
  presentNotifications: PresentNotifications;
  contactRequests: Pick<ContactRequestService, 'markViewed'>;
}) {
  const { notifications, presentNotifications, contactRequests } = deps;
  return {
    async list(req, res) {
      const { userId } = actorOf(req);
      const page = validated<{ limit: number; cursor?: string }>(req);
      const { entries, nextCursor } = await notifications.list(userId, page);
      res.json({ notifications: await presentNotifications(userId, entries), nextCursor });
    },

    async count(req, res) {
      res.json({ count: (await notifications.counts(actorOf(req).userId)).total });
    },

    async allCounts(req, res) {
      res.json(await notifications.counts(actorOf(req).userId));
    },

    async clear(req, res) {
      const { chatId } = validated<{ chatId: string }>(req);
      await notifications.clear(actorOf(req).userId, chatId);
      res.json({ ok: true });
    },

    async markContactsViewed(req, res) {
      await contactRequests.markViewed(actorOf(req).userId);
      res.json({ ok: true });
    },
  } satisfies Record<string, RequestHandler>;
}
