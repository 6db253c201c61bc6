import { notFound } from '../errors/app-error';
import type { EventBus } from '../events/event-bus';
import { inTransaction } from '../models/transaction';
import { assertMayAddContact, type RelationFacts } from '../policies/contact.policy';
import type { Cache } from '../providers/cache/cache.port';
import { type ContactFeed, createContactFeed } from './contact-feed';
import {
  type ContactEntry,
  type ContactPage,
  entryOf,
  findEntry,
  listRequests,
  listSides,
  type PageOf,
} from './contact-lists';
import { findSide, isAsked, type Pair, type PairChange, readPair, writeSide } from './contact-sides';
import { type ContactTarget, findTarget } from './contact-target';
import { relationsOf, toRelation } from './relation.service';
import type { UserChangeService } from './user-change.service';

export interface ContactService {
  /**
   * Puts somebody into the owner's address book at once, on that side only (contract section 6); where they had asked to be a
   * contact, that accepts the request.
   * @throws validation_failed for oneself, not_found also by the number of who does not want to be found, forbidden when a block stands between the two.
   */
  addContact(ownerId: string, target: ContactTarget): Promise<ContactEntry & { isNew: boolean }>;
  /** Takes somebody out of the owner's address book, on that side only, with a request of the owner that is open. @throws not_found. */
  removeContact(ownerId: string, contactOrUserId: string): Promise<void>;
  /** Blocks somebody and ends the requests between the two; doing it again changes nothing. @throws validation_failed for oneself, not_found. */
  block(ownerId: string, userId: string): Promise<ContactEntry>;
  /** Lifts a block, named by the contact's or the user's id; a contact the owner had comes back. @throws not_found. */
  unblock(ownerId: string, contactOrUserId: string): Promise<void>;
  /** The owner's accepted contacts, page by page. */
  listContacts(ownerId: string, page: PageOf): Promise<ContactPage>;
  /** The open requests to the owner (`incoming`) or of the owner (`outgoing`), the newest first. */
  listPending(ownerId: string, direction: 'incoming' | 'outgoing', page: PageOf): Promise<ContactPage>;
  /** Whom the owner has blocked, page by page. */
  listBlocked(ownerId: string, page: PageOf): Promise<ContactPage>;
  /** What the owner holds about somebody now, if anything. */
  findEntry(ownerId: string, userId: string): Promise<ContactEntry | undefined>;
  /** How the viewer stands to each of the others, with their privacy: what presenters and policies ask for. */
  relationsOf(viewerId: string, otherIds: readonly string[]): Promise<Map<string, RelationFacts>>;
  /** Writes what a crash kept out of the feeds of contacts; resolves to how many changes that were. */
  resumeUntold: ContactFeed['resumeUntold'];
}

export function createContactService(deps: {
  bus: EventBus;
  userChanges: UserChangeService;
  cache: Cache;
}): ContactService {
  const { bus, cache } = deps;
  const feed = createContactFeed(deps);

  /** What ended with a change: a request the owner had been asked, or one of the owner's own. */
  function announceEnds(ownerId: string, userId: string, { mine, theirs }: Pair): void {
    if (isAsked(mine)) bus.emit('contact.rejected', { requesterId: userId, addresseeId: ownerId });
    if (isAsked(theirs)) bus.emit('contact.withdrawn', { requesterId: ownerId, addresseeId: userId });
  }

  return {
    async addContact(ownerId, target) {
      const userId = String((await findTarget(ownerId, target))._id);
      const change = await putIntoBook(ownerId, userId);
      const { before, sides } = change;
      await feed.tell(change, () => {
        if (sides.length > 1) bus.emit('contact.accepted', { requesterId: userId, addresseeId: ownerId });
      });
      const contact = sides[0] ?? before.mine;
      if (!contact) throw notFound('The contact');
      return { ...(await entryOf(contact)), isNew: sides.length > 0 };
    },

    async removeContact(ownerId, id) {
      const userId = await personOf(ownerId, id);
      const change = await takeOutOfBook(ownerId, userId);
      await feed.tell(change, () => announceEnds(ownerId, userId, change.before));
    },

    async block(ownerId, id) {
      const userId = String((await findTarget(ownerId, { userId: id }))._id);
      const change = await putBlock(ownerId, userId);
      const { before, sides } = change;
      await feed.tell(change, () => {
        bus.emit('contact.blocked', { ownerId, userId });
        announceEnds(ownerId, userId, before);
      });
      const contact = sides[0] ?? before.mine;
      if (!contact) throw notFound('The contact');
      return entryOf(contact);
    },

    async unblock(ownerId, id) {
      const userId = await personOf(ownerId, id);
      await feed.tell(await liftBlock(ownerId, userId), () =>
        bus.emit('contact.unblocked', { ownerId, userId }),
      );
    },

    listContacts: (ownerId, page) =>
      listSides(cache, { ownerId, status: 'accepted', isBlocked: false }, page),
    listPending: (ownerId, direction, page) => listRequests(cache, ownerId, direction, page),
    listBlocked: (ownerId, page) => listSides(cache, { ownerId, isBlocked: true }, page),
    findEntry,
    relationsOf,
    resumeUntold: feed.resumeUntold,
  };
}

/** Whom one of the owner's contacts is about. @throws not_found. */
async function personOf(ownerId: string, contactOrUserId: string): Promise<string> {
  const side = await findSide(ownerId, contactOrUserId);
  if (!side) throw notFound('The contact');
  return String(side.userId);
}

function putIntoBook(ownerId: string, userId: string): Promise<PairChange> {
  return inTransaction(async (session) => {
    const before = await readPair(ownerId, userId, session);
    assertMayAddContact(toRelation(before.mine, before.theirs));
    if (before.mine?.status === 'accepted') return { before, sides: [] };
    const mine = await writeSide(ownerId, userId, { status: 'accepted' }, session);
    if (!isAsked(before.mine)) return { before, sides: [mine] };
    return { before, sides: [mine, await writeSide(userId, ownerId, { status: 'accepted' }, session)] };
  });
}

function takeOutOfBook(ownerId: string, userId: string): Promise<PairChange> {
  return inTransaction(async (session) => {
    const before = await readPair(ownerId, userId, session);
    if (before.mine?.status !== 'accepted') throw notFound('The contact');
    const mine = await writeSide(ownerId, userId, { status: 'none' }, session);
    if (!isAsked(before.theirs)) return { before, sides: [mine] };
    return { before, sides: [mine, await writeSide(userId, ownerId, { status: 'none' }, session)] };
  });
}

function putBlock(ownerId: string, userId: string): Promise<PairChange> {
  return inTransaction(async (session) => {
    const before = await readPair(ownerId, userId, session);
    if (before.mine?.isBlocked) return { before, sides: [] };
    const ended = { status: 'none' } as const;
    const endsMine = before.mine?.status === 'pending' ? ended : {};
    const mine = await writeSide(ownerId, userId, { isBlocked: true, ...endsMine }, session);
    if (before.theirs?.status !== 'pending') return { before, sides: [mine] };
    return { before, sides: [mine, await writeSide(userId, ownerId, ended, session)] };
  });
}

function liftBlock(ownerId: string, userId: string): Promise<PairChange> {
  return inTransaction(async (session) => {
    const before = await readPair(ownerId, userId, session);
    if (!before.mine?.isBlocked) return { before, sides: [] };
    return { before, sides: [await writeSide(ownerId, userId, { isBlocked: false }, session)] };
  });
}
