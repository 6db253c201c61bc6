import type { ContactParties } from '../events/domain-events';
import type { EventBus } from '../events/event-bus';
import type { ContactView } from '../presenters/contact.presenter';
import type { Connections } from './connections';
import type { FanOut } from './fan-out';
import type { Outbound } from './outbound';

type Word = 'contactRequested' | 'contactAccepted' | 'contactRejected' | 'contactWithdrawn';

/** Tells both parties' devices what became of a contact request, each with the contact as that party sees it; and of blocks. */
export function startContactDelivery(deps: {
  bus: EventBus;
  connections: Connections;
  fanOut: FanOut;
  /** What `ownerId` holds about `userId` now. */
  viewContact: (ownerId: string, userId: string) => Promise<ContactView | undefined>;
}): void {
  const { bus, connections, fanOut, viewContact } = deps;

  async function tellOne(ownerId: string, userId: string, word: Word): Promise<void> {
    if (!connections.hasUser(ownerId)) return;
    const view = await viewContact(ownerId, userId);
    if (view) fanOut.tell([ownerId], (outbound: Outbound) => outbound[word](view));
  }

  const tellBoth =
    (word: Word) =>
    async ({ requesterId, addresseeId }: ContactParties): Promise<void> => {
      await Promise.all([tellOne(requesterId, addresseeId, word), tellOne(addresseeId, requesterId, word)]);
    };

  bus.on('contact.requested', tellBoth('contactRequested'));
  bus.on('contact.accepted', tellBoth('contactAccepted'));
  bus.on('contact.rejected', tellBoth('contactRejected'));
  bus.on('contact.withdrawn', tellBoth('contactWithdrawn'));

  bus.on('contact.blocked', ({ ownerId, userId }) => {
    fanOut.tell([userId], (outbound) => outbound.blockedBy({ userId: ownerId }));
  });

  bus.on('contact.unblocked', ({ ownerId, userId }) => {
    fanOut.tell([userId], (outbound) => outbound.unblockedBy({ userId: ownerId }));
  });
}
