import { invalidField, notFound } from '../errors/app-error';
import type { EventBus } from '../events/event-bus';
import { decodeIdCursor, encodeIdCursor } from '../helpers/id-cursor';
import { asE164 } from '../helpers/phone-query';
import { ContactModel, type ContactRecord } from '../models/contact.model';
import { trusted } from '../models/trusted';
import { UserModel, type UserRecord } from '../models/user.model';
import {
  assertMayAddContact,
  mayBeFoundByPhone,
  type Relation,
  type RelationFacts,
} from '../policies/contact.policy';
import { relationsOf } from './relation.service';
import type { UserChangeService } from './user-change.service';

/** Whom to add: an account's id, or a verified phone number as typed. */
export type ContactTarget = { userId: string } | { phoneNumber: string };

/** One's own side of a relationship with whom it is about. */
export interface ContactEntry {
  contact: ContactRecord;
  user: UserRecord;
  relation: Relation;
}

export interface ContactPage {
  contacts: ContactEntry[];
  nextCursor: string | null;
}

export interface ContactService {
  /**
   * Puts somebody into the owner's address book at once, on that side only (contract section 6).
   * @throws validation_failed for oneself, not_found also by the number of who does not want to be found, forbidden when a block stands between the two.
   */
  addContact(ownerId: string, target: ContactTarget): Promise<ContactEntry & { isNew: boolean }>;
  /** Blocks somebody; doing it again changes nothing. @throws validation_failed for oneself, not_found. */
  block(ownerId: string, userId: string): Promise<ContactEntry>;
  /** Lifts a block, named by the contact's or the user's id; what else the owner holds comes back. @throws not_found. */
  unblock(ownerId: string, contactOrUserId: string): Promise<void>;
  /** The owner's accepted contacts, page by page. */
  listContacts(ownerId: string, page: { limit: number; cursor?: string }): Promise<ContactPage>;
  /** Whom the owner has blocked, page by page. */
  listBlocked(ownerId: string, page: { limit: number; cursor?: string }): Promise<ContactPage>;
  /** How the viewer stands to each of the others, with their privacy: what presenters and policies ask for. */
  relationsOf(viewerId: string, otherIds: readonly string[]): Promise<Map<string, RelationFacts>>;
}

export function createContactService(deps: {
  bus: EventBus;
  userChanges: UserChangeService;
}): ContactService {
  async function announce(contact: ContactRecord): Promise<void> {
    const [ownerId, userId] = [String(contact.ownerId), String(contact.userId)];
    await deps.userChanges.record(ownerId, `contact:${userId}`, feedValue(contact));
    deps.bus.emit('contact.changed', { ownerId, userId });
  }

  return {
    async addContact(ownerId, target) {
      const user = await findTarget(target);
      const userId = idOfAnother(user, ownerId);
      const relation = await relationOf(ownerId, userId);
      if ('phoneNumber' in target && !mayBeFoundByPhone(relation)) throw notFound('The user');
      assertMayAddContact(relation);
      const before = await putSide(ownerId, userId, { status: 'accepted' }, { isBlocked: false });
      const contact = await sideOf(ownerId, userId);
      const isNew = before?.status !== 'accepted';
      if (isNew) await announce(contact);
      return { contact, user, relation: await relationOf(ownerId, userId), isNew };
    },

    async block(ownerId, id) {
      const user = await findTarget({ userId: id });
      const userId = idOfAnother(user, ownerId);
      const before = await putSide(ownerId, userId, { isBlocked: true }, { status: 'none' });
      const contact = await sideOf(ownerId, userId);
      if (!before?.isBlocked) await announce(contact);
      return { contact, user, relation: await relationOf(ownerId, userId) };
    },

    async unblock(ownerId, id) {
      const side = await findSide(ownerId, id);
      if (!side) throw notFound('The contact');
      const before = await ContactModel.findOneAndUpdate({ _id: side._id }, { isBlocked: false }).lean();
      if (before?.isBlocked) await announce({ ...side, isBlocked: false });
    },

    listContacts: (ownerId, page) => listSides({ ownerId, status: 'accepted', isBlocked: false }, page),
    listBlocked: (ownerId, page) => listSides({ ownerId, isBlocked: true }, page),
    relationsOf,
  };
}

type Side = Pick<ContactRecord, 'status' | 'isBlocked'>;
type SideFilter = { ownerId: string } & Partial<Side>;

/** What the owner's other devices learn by sync. */
function feedValue(contact: ContactRecord): { contactId: string; status: string } {
  const status = contact.isBlocked ? 'blocked' : contact.status;
  return { contactId: String(contact._id), status: status.toUpperCase() };
}

async function findTarget(target: ContactTarget): Promise<UserRecord> {
  const user =
    'userId' in target
      ? await UserModel.findOne({ _id: target.userId, deletedAt: null }).lean()
      : await findByPhone(target.phoneNumber);
  if (!user) throw notFound('The user');
  return user;
}

async function findByPhone(text: string): Promise<UserRecord | null> {
  const phoneNumber = asE164(text);
  if (phoneNumber === undefined)
    throw invalidField('phoneNumber', 'must be a phone number with country code');
  return UserModel.findOne({ phoneNumber, phoneVerified: true, deletedAt: null }).lean();
}

function idOfAnother(user: UserRecord, ownerId: string): string {
  const id = String(user._id);
  if (id === ownerId) throw invalidField('userId', 'must be somebody else than yourself');
  return id;
}

async function relationOf(viewerId: string, otherId: string): Promise<RelationFacts> {
  const relation = (await relationsOf(viewerId, [otherId])).get(otherId);
  if (!relation) throw notFound('The user');
  return relation;
}

/** Sets fields of the owner's side, making it if need be, and resolves to what it was before. */
function putSide(
  ownerId: string,
  userId: string,
  set: Partial<Side>,
  onInsert: Partial<Side>,
): Promise<ContactRecord | null> {
  return ContactModel.findOneAndUpdate(
    { ownerId, userId },
    { $set: set, $setOnInsert: { ...onInsert, direction: 'outgoing' } },
    { upsert: true, returnDocument: 'before' },
  ).lean();
}

async function sideOf(ownerId: string, userId: string): Promise<ContactRecord> {
  const side = await ContactModel.findOne({ ownerId, userId }).lean();
  if (!side) throw notFound('The contact');
  return side;
}

function findSide(ownerId: string, contactOrUserId: string): Promise<ContactRecord | null> {
  return ContactModel.findOne({
    $or: [
      { _id: contactOrUserId, ownerId },
      { ownerId, userId: contactOrUserId },
    ],
  }).lean();
}

/** Adds whom the sides are about, and how they stand to the owner, in two queries for all of them. */
async function withUsers(contacts: ContactRecord[]): Promise<ContactEntry[]> {
  const first = contacts[0];
  if (!first) return [];
  const ids = contacts.map((contact) => String(contact.userId));
  const [users, relations] = await Promise.all([
    UserModel.find({ _id: trusted({ $in: ids }) }).lean(),
    relationsOf(String(first.ownerId), ids),
  ]);
  const byId = new Map(users.map((user) => [String(user._id), user]));
  return contacts.flatMap((contact) => {
    const user = byId.get(String(contact.userId));
    const relation = relations.get(String(contact.userId));
    return user && relation ? [{ contact, user, relation }] : [];
  });
}

/** In the order of the index (ownerId, userId), so that a page costs what it shows. */
async function listSides(
  filter: SideFilter,
  { limit, cursor }: { limit: number; cursor?: string },
): Promise<ContactPage> {
  const after = cursor === undefined ? {} : { userId: trusted({ $gt: decodeIdCursor(cursor) }) };
  const found = await ContactModel.find({ ...filter, ...after })
    .sort({ userId: 1 })
    .limit(limit + 1)
    .lean();
  const page = found.slice(0, limit);
  const last = found.length > limit ? page.at(-1) : undefined;
  return { contacts: await withUsers(page), nextCursor: last ? encodeIdCursor(last.userId) : null };
}
