import type { EventBus } from '../events/event-bus';
import type { CallRecord } from '../models/call.model';
import type { NotificationView } from '../presenters/notification.presenter';
import type { Connections } from './connections';
import type { FanOut } from './fan-out';

/**
 * Tells a user's devices what newly waits for attention: a contact request, a missed call. A message is told by its own event.
 * And what another device of the same user put away.
 */
export function startNotificationDelivery(deps: {
  bus: EventBus;
  connections: Connections;
  fanOut: FanOut;
  /** The notification of a request, as long as it is open. */
  viewRequest: (addresseeId: string, requesterId: string) => Promise<NotificationView | undefined>;
  viewMissedCall: (call: CallRecord) => NotificationView;
  /** Those of the users who missed the call. */
  whoMissed: (call: CallRecord, userIds: readonly string[]) => string[];
}): void {
  const { bus, connections, fanOut, viewRequest, viewMissedCall, whoMissed } = deps;

  bus.on('contact.requested', async ({ requesterId, addresseeId }) => {
    if (!connections.hasUser(addresseeId)) return;
    const view = await viewRequest(addresseeId, requesterId);
    if (view) fanOut.tell([addresseeId], (outbound) => outbound.notified(view));
  });

  bus.on('call.ring-ended', ({ call, userIds }) => {
    const view = viewMissedCall(call);
    fanOut.tell(whoMissed(call, userIds), (outbound) => outbound.notified(view));
  });

  bus.on('contact.requests-viewed', ({ userId }) => {
    fanOut.tell([userId], (outbound) => outbound.contactRequestsViewed());
  });

  bus.on('notifications.cleared', ({ userId, chatId }) => {
    fanOut.tell([userId], (outbound) => outbound.notificationsCleared({ chatId }));
  });
}
