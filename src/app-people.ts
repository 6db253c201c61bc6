import { type RequestHandler, Router } from 'express';
import type { Logger } from './config/logger';
import { createContactRequestController } from './controllers/contact-request.controller';
import { createNotificationController } from './controllers/notification.controller';
import type { Connections } from './delivery/connections';
import { startContactDelivery } from './delivery/contact-delivery';
import type { FanOut } from './delivery/fan-out';
import { startNotificationDelivery } from './delivery/notification-delivery';
import type { EventBus } from './events/event-bus';
import type { Repeater } from './helpers/repeater';
import { createContactFeedJob } from './jobs/resume-contact-feeds';
import type { Journal } from './journal/journal.types';
import type { NodeLease } from './nodes/node-lease';
import { presentContact } from './presenters/contact.presenter';
import type { PresentMessages } from './presenters/message-list.presenter';
import {
  createPresentNotifications,
  presentMissedCallNotification,
  presentRequestNotification,
} from './presenters/notification.presenter';
import type { Cache } from './providers/cache/cache.port';
import { createContactRequestRouter } from './routes/contact-request.routes';
import { createNotificationRouter } from './routes/notification.routes';
import type { ContactService } from './services/contact.service';
import { askedAt } from './services/contact-lists';
import { createContactRequestService } from './services/contact-request.service';
import { createContactSearchService } from './services/contact-search.service';
import type { MediaSigner } from './services/media-library.types';
import { whoMissed } from './services/missed-calls';
import { createNotificationService } from './services/notification.service';
import { createRateCountService } from './services/rate-count.service';
import type { UserChangeService } from './services/user-change.service';
import type { UserSearchService } from './services/user-search.service';
import type { Clock } from './types/clock';

type PeopleServices = ReturnType<typeof createContactServices> & {
  contactService: ContactService;
  presentMessages: PresentMessages;
};

/** The services of contact requests and notifications. */
export function createContactServices(
  { bus, clock, cache }: { bus: EventBus; clock: Clock; cache: Cache },
  deps: { journal: Journal; userChanges: UserChangeService; userSearchService: UserSearchService },
) {
  const { journal, userChanges, userSearchService } = deps;
  const rateCounts = createRateCountService({ clock });
  return {
    contactRequests: createContactRequestService({ bus, userChanges, rateCounts, clock }),
    contactSearch: createContactSearchService({ userSearch: userSearchService }),
    notifications: createNotificationService({ journal, bus, clock, cache }),
  };
}

/** `/api/contacts`, the part about requests, and `/api/notifications`. */
export function createPeopleRouter(
  { media }: { media: { signer: MediaSigner } },
  services: PeopleServices,
  authenticate: RequestHandler,
): Router {
  const api = Router();
  const { signer } = media;
  const requests = createContactRequestController({ ...services, signer });
  api.use('/contacts', createContactRequestRouter({ controller: requests, authenticate }));
  const presentNotifications = createPresentNotifications({ ...services, signer });
  const controller = createNotificationController({ ...services, presentNotifications });
  api.use('/notifications', createNotificationRouter({ controller, authenticate }));
  return api;
}

/** Lets the people concerned hear of requests, blocks and what waits for their attention. */
export function startPeopleDelivery(
  { bus, connections, media }: { bus: EventBus; connections: Connections; media: { signer: MediaSigner } },
  { contactService }: Pick<PeopleServices, 'contactService'>,
  fanOut: FanOut,
): void {
  startContactDelivery({
    bus,
    connections,
    fanOut,
    async viewContact(ownerId, userId) {
      const entry = await contactService.findEntry(ownerId, userId);
      return entry && presentContact(entry, media.signer);
    },
  });
  startNotificationDelivery({
    bus,
    connections,
    fanOut,
    async viewRequest(addresseeId, requesterId) {
      const entry = await contactService.findEntry(addresseeId, requesterId);
      if (entry?.contact.status !== 'pending') return undefined;
      return presentRequestNotification(entry, askedAt(entry.contact), media.signer);
    },
    viewMissedCall: presentMissedCallNotification,
    whoMissed,
  });
}

/** The job that completes what a crash kept out of the feeds of contacts. */
export function createPeopleJob(
  { logger, node }: { logger: Logger; node: NodeLease },
  { contactService }: Pick<PeopleServices, 'contactService'>,
): Repeater {
  return createContactFeedJob({ resume: contactService.resumeUntold, logger, isMine: node.isFirst });
}
