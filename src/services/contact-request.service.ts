import { MAX_CONTACT_REQUESTS_PER_DAY, MAX_REQUESTS_TO_ONE_PER_DAY } from '../config/limits';
import { AppError, notFound } from '../errors/app-error';
import type { ContactParties } from '../events/domain-events';
import type { EventBus } from '../events/event-bus';
import { createKeyedQueue } from '../helpers/keyed-queue';
import { ContactModel } from '../models/contact.model';
import { assertMayRequestContact } from '../policies/contact.policy';
import type { Clock } from '../types/clock';
import { createContactFeed } from './contact-feed';
import { type ContactEntry, entryOf } from './contact-lists';
import { acceptRequest, assertMayAskAgain, endRequest, isNews, makeRequest } from './contact-request-steps';
import { findSide, readPair } from './contact-sides';
import { type ContactTarget, findTarget } from './contact-target';
import type { RateCountService } from './rate-count.service';
import { toRelation } from './relation.service';
import type { UserChangeService } from './user-change.service';

export interface ContactRequestService {
  /**
   * Asks somebody to be a contact (contract section 6). Of two who ask each other, and with one who has the asker as a contact
   * already, both are contacts at once. Asking again changes and announces nothing (`isNew` false), so it may be repeated safely.
   * @throws not_found, also by the phone or email of who does not want to be found; forbidden when a block stands between the
   * two; validation_failed for oneself; rate_limited within a day after a rejection, or for too many new requests.
   */
  request(ownerId: string, target: ContactTarget): Promise<ContactEntry & { isNew: boolean }>;
  /** The same by the id of one of the owner's contacts or of a person: makes sure that the request exists and was announced, once. */
  ensureRequest(ownerId: string, contactOrUserId: string): Promise<ContactEntry & { isNew: boolean }>;
  /** Says yes, by the contact's or the requester's id: both are contacts of each other. @throws not_found, forbidden for one's own request. */
  accept(ownerId: string, contactOrUserId: string): Promise<ContactEntry>;
  /** Says no to a request, or takes an own one back, by the contact's or the other's id. @throws not_found. */
  reject(ownerId: string, contactOrUserId: string): Promise<void>;
  /** Marks the requests to the owner as looked at: they count as notifications no longer. */
  markViewed(ownerId: string): Promise<void>;
}

const DAY_MS = 24 * 3_600_000;

export function createContactRequestService(deps: {
  bus: EventBus;
  userChanges: UserChangeService;
  rateCounts: RateCountService;
  clock: Clock;
}): ContactRequestService {
  const { bus, clock, rateCounts } = deps;
  const feed = createContactFeed(deps);
  /** The same request from several devices at once is news only once, and counts only once. */
  const inTurn = createKeyedQueue();

  /** Counted only for requests that are news, so that repeating costs nothing. */
  async function countNew(ownerId: string, userId: string): Promise<void> {
    const windows = [
      { key: `contact-request:${ownerId}:${userId}`, max: MAX_REQUESTS_TO_ONE_PER_DAY },
      { key: `contact-request:${ownerId}`, max: MAX_CONTACT_REQUESTS_PER_DAY },
    ];
    for (const window of windows) {
      const { isOver, retryAfterSeconds } = await rateCounts.count({ ...window, windowMs: DAY_MS });
      if (isOver) throw new AppError('rate_limited', 'Too many contact requests', { retryAfterSeconds });
    }
  }

  async function request(ownerId: string, target: ContactTarget): Promise<ContactEntry & { isNew: boolean }> {
    const userId = String((await findTarget(ownerId, target))._id);
    return inTurn(`${ownerId}:${userId}`, () => ask(ownerId, userId));
  }

  async function ask(ownerId: string, userId: string): Promise<ContactEntry & { isNew: boolean }> {
    const now = clock.now();
    const pair = await readPair(ownerId, userId);
    assertMayRequestContact(toRelation(pair.mine, pair.theirs));
    if (isNews(pair)) {
      assertMayAskAgain(pair, now);
      await countNew(ownerId, userId);
    }
    const made = await makeRequest(ownerId, userId, now);
    const { mine, sides, told } = made;
    await feed.tell(made, () => {
      if (told) bus.emit(told.name, told.parties);
    });
    return { ...(await entryOf(mine)), isNew: sides.length > 0 };
  }

  return {
    request,

    async ensureRequest(ownerId, id) {
      const side = await findSide(ownerId, id);
      return request(ownerId, { userId: side ? String(side.userId) : id });
    },

    async accept(ownerId, id) {
      const side = await findSide(ownerId, id);
      if (!side) throw notFound('The contact request');
      const userId = String(side.userId);
      const accepted = await acceptRequest(ownerId, userId);
      await feed.tell(accepted, () => {
        bus.emit('contact.accepted', { requesterId: userId, addresseeId: ownerId });
      });
      return entryOf(accepted.mine);
    },

    async reject(ownerId, id) {
      const side = await findSide(ownerId, id);
      if (!side) throw notFound('The contact request');
      const userId = String(side.userId);
      const ended = await endRequest(ownerId, userId, clock.now());
      const { isOwn } = ended;
      const parties: ContactParties = isOwn
        ? { requesterId: ownerId, addresseeId: userId }
        : { requesterId: userId, addresseeId: ownerId };
      await feed.tell(ended, () => bus.emit(isOwn ? 'contact.withdrawn' : 'contact.rejected', parties));
    },

    async markViewed(ownerId) {
      const unseen = { ownerId, status: 'pending', direction: 'incoming', viewedAt: null } as const;
      const seen = { $set: { viewedAt: clock.now() } };
      const { modifiedCount } = await ContactModel.updateMany(unseen, seen, { timestamps: false });
      if (modifiedCount > 0) bus.emit('contact.requests-viewed', { userId: ownerId });
    },
  };
}
