import { notFound } from '../errors/app-error';
import type { EventBus } from '../events/event-bus';
import { ContactModel, type ContactRecord } from '../models/contact.model';
import { trusted } from '../models/trusted';
import { UserModel } from '../models/user.model';
import type { Pair, PairChange } from './contact-sides';
import type { UserChangeService } from './user-change.service';

export interface ContactFeed {
  /**
   * Tells of what a change made of a pair: at once this node, where contacts or blocks are others now, and by `announce` the people;
   * then the owners' feeds. Where no side changed nothing is told.
   * @throws not_found, leaving nothing behind, when one of the two deleted their account meanwhile.
   */
  tell(change: PairChange, announce?: () => void): Promise<void>;
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

/**
 * An erasure marks the account before it deletes sides, so one that a change could have slipped past is seen here, after the
 * change; one that begins later finds what was written (docs/account-deletion.md).
 */
async function assertBothThere({ ownerId, userId }: ContactRecord): Promise<void> {
  const both = trusted({ $in: [ownerId, userId] });
  if (!(await UserModel.exists({ _id: both, deletedAt: trusted({ $ne: null }) }))) return;
  await ContactModel.deleteMany({ ownerId: both, userId: both });
  throw notFound('The user');
}

/** The side as it was. */
function sideBefore({ mine, theirs }: Pair, { ownerId }: ContactRecord): ContactRecord | null {
  return [mine, theirs].find((side) => side?.ownerId.equals(ownerId)) ?? null;
}

/** A request alone gives nobody more or less to see. */
function isSameRelation(before: ContactRecord | null, after: ContactRecord): boolean {
  const wasContact = before?.status === 'accepted';
  return wasContact === (after.status === 'accepted') && (before?.isBlocked ?? false) === after.isBlocked;
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
    async tell({ before, sides }, announce) {
      const [first] = sides;
      if (!first) return;
      await assertBothThere(first).catch((error) => {
        const { ownerId, userId } = first;
        deps.bus.emit('contact.changed', { ownerId: String(ownerId), userId: String(userId) });
        throw error;
      });
      for (const side of sides) {
        if (isSameRelation(sideBefore(before, side), side)) continue;
        const { ownerId, userId } = side;
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
