import { notFound } from '../errors/app-error';
import { decodeIdCursor, encodeIdCursor } from '../helpers/id-cursor';
import { decodeRankCursor, encodeRankCursor } from '../helpers/rank-cursor';
import { ContactModel, type ContactRecord } from '../models/contact.model';
import { trusted } from '../models/trusted';
import { UserModel, type UserRecord } from '../models/user.model';
import type { Relation } from '../policies/contact.policy';
import type { Cache } from '../providers/cache/cache.port';
import { CONTACT_LISTS, contactsTag, readThrough } from './cached';
import { relationsOf } from './relation.service';

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

export interface PageOf {
  limit: number;
  cursor?: string;
}

/** Adds whom the sides of one owner are about, and how they stand to the owner, in two queries for all of them. */
export async function withUsers(contacts: readonly ContactRecord[]): Promise<ContactEntry[]> {
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

/** A side as it was just written, with whom it is about. @throws not_found when that account is gone. */
export async function entryOf(contact: ContactRecord): Promise<ContactEntry> {
  const [entry] = await withUsers([contact]);
  if (!entry) throw notFound('The user');
  return entry;
}

/** What the owner holds about somebody now, if anything. */
export async function findEntry(ownerId: string, userId: string): Promise<ContactEntry | undefined> {
  const side = await ContactModel.findOne({ ownerId, userId }).lean();
  return side ? (await withUsers([side]))[0] : undefined;
}

/** In the order of the index (ownerId, userId), so that a page costs what it shows. */
export async function listSides(
  cache: Cache,
  filter: { ownerId: string; status?: ContactRecord['status']; isBlocked: boolean },
  { limit, cursor }: PageOf,
): Promise<ContactPage> {
  const after = cursor === undefined ? {} : { userId: trusted({ $gt: decodeIdCursor(cursor) }) };
  const { ownerId, status, isBlocked } = filter;
  const read = () =>
    ContactModel.find({ ...filter, ...after })
      .sort({ userId: 1 })
      .limit(limit + 1)
      .lean();
  const isFirst = cursor === undefined;
  const found = isFirst
    ? await keptPage(cache, ownerId, `${status}:${isBlocked}:${limit}`, read)
    : await read();
  const page = found.slice(0, limit);
  const last = found.length > limit ? page.at(-1) : undefined;
  return { contacts: await withUsers(page), nextCursor: last ? encodeIdCursor(last.userId) : null };
}

/** The owner's open requests, the newest first. */
export async function listRequests(
  cache: Cache,
  ownerId: string,
  direction: ContactRecord['direction'],
  { limit, cursor }: PageOf,
): Promise<ContactPage> {
  const found = await findRequests(cache, ownerId, direction, { limit: limit + 1, cursor });
  const page = found.slice(0, limit);
  const last = found.length > limit ? page.at(-1) : undefined;
  const nextCursor = last && encodeRankCursor({ rank: askedAt(last).getTime(), id: String(last._id) });
  return { contacts: await withUsers(page), nextCursor: nextCursor ?? null };
}

/** The sides of the owner's open requests, the newest first, from the place of a rank cursor on. */
export function findRequests(
  cache: Cache,
  ownerId: string,
  direction: ContactRecord['direction'],
  { limit, cursor }: PageOf,
): Promise<ContactRecord[]> {
  const after = cursor === undefined ? {} : { $or: placesAfter(cursor) };
  const read = () =>
    ContactModel.find({ ownerId, status: 'pending', direction, isBlocked: false, ...after })
      .sort({ requestedAt: -1, _id: -1 })
      .limit(limit)
      .lean();
  return cursor === undefined ? keptPage(cache, ownerId, `asked:${direction}:${limit}`, read) : read();
}

/** First pages are asked for again and again, later ones are not. Whom they are about, and how they stand, is read each time. */
function keptPage(
  cache: Cache,
  ownerId: string,
  name: string,
  read: () => Promise<ContactRecord[]>,
): Promise<ContactRecord[]> {
  return readThrough(cache, CONTACT_LISTS, { id: `${ownerId}:${name}`, tag: contactsTag(ownerId) }, read);
}

/** When the request was made. */
export function askedAt({ requestedAt, createdAt }: ContactRecord): Date {
  return requestedAt ?? createdAt;
}

function placesAfter(cursor: string) {
  const { rank, id } = decodeRankCursor(cursor);
  const at = new Date(rank);
  return [{ requestedAt: trusted({ $lt: at }) }, { requestedAt: at, _id: trusted({ $lt: id }) }];
}
