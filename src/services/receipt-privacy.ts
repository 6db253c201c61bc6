import type { EventBus } from '../events/event-bus';
import { createLru } from '../helpers/lru';
import { toObjectId } from '../models/object-id';
import { UserModel } from '../models/user.model';

/** Another node may have heard of a change of the setting; nobody is bound to the old one for longer than this. */
const KNOWN_FOR_MS = 5000;
const MAX_KNOWN = 50_000;

export interface ReceiptPrivacy {
  /** Whether the user lets others see what they read (contract section 5). */
  showsReading(userId: string): Promise<boolean>;
  /** The same when it is in memory. */
  peek(userId: string): boolean | undefined;
}

/** Keeps in memory for a few seconds who shows their reading, so that a live conversation does not read it again and again. */
export function createReceiptPrivacy(bus: EventBus): ReceiptPrivacy {
  const known = createLru<boolean>(MAX_KNOWN, KNOWN_FOR_MS);
  let epoch = 0;
  bus.on('user.updated', ({ userId }) => {
    epoch += 1;
    known.delete(userId);
  });
  return {
    peek: (userId) => known.get(userId),
    async showsReading(userId) {
      const before = known.get(userId);
      if (before !== undefined) return before;
      const startedAt = epoch;
      const user = await UserModel.findById(toObjectId(userId), { 'privacy.readReceipts': 1 }).lean();
      const isShown = user?.privacy?.readReceipts !== false;
      if (epoch === startedAt) known.set(userId, isShown);
      return isShown;
    },
  };
}
