import type { EventBus } from '../events/event-bus';
import { ContactModel, type ContactRecord } from '../models/contact.model';
import type { UserChangeService } from './user-change.service';

export interface ContactFeed {
  /**
   * Tells this node's caches of changed sides at once, lets `announce` tell the people, then writes the sides into their owners'
   * feeds. Without sides nothing happened and nothing is told.
   */
  tell(sides: readonly ContactRecord[], announce?: () => void): Promise<void>;
  /** Writes what a crash or an outage kept out of the feeds; resolves to how many sides that were. */
  resumeUntold(): Promise<number>;
}

/** What the owner's other devices learn by sync; who began it matters while the request is open. */
function feedValue(contact: ContactRecord) {
  const status = contact.isBlocked ? 'blocked' : contact.status;
  return {
    contactId: String(contact._id),
    status: status.toUpperCase(),
    ...(status === 'pending' && { direction: contact.direction }),
  };
}

/** Owns the way of a changed side into its owner's feed: marked in the change's own write, unmarked when the feed has it. */
export function createContactFeed(deps: { bus: EventBus; userChanges: UserChangeService }): ContactFeed {
  /** Records the latest state, again when the side changed meanwhile: whoever records last has then seen the last change. */
  async function record(id: ContactRecord['_id']): Promise<void> {
    for (;;) {
      const side = await ContactModel.findById(id).lean();
      if (!side) return;
      await deps.userChanges.record(String(side.ownerId), `contact:${side.userId}`, feedValue(side));
      const settled = await ContactModel.updateOne(
        { _id: id, rev: side.rev },
        { $unset: { isUntold: '' } },
        { timestamps: false },
      );
      if (settled.matchedCount === 1) return;
    }
  }

  return {
    async tell(sides, announce) {
      if (sides.length === 0) return;
      for (const { ownerId, userId } of sides) {
        deps.bus.emit('contact.changed', { ownerId: String(ownerId), userId: String(userId) });
      }
      announce?.();
      await Promise.all(sides.map(({ _id }) => record(_id)));
    },

    async resumeUntold() {
      const untold = await ContactModel.find({ isUntold: true }, { _id: 1 }).lean();
      for (const { _id } of untold) await record(_id);
      return untold.length;
    },
  };
}
