/**
 * What is kept between two readings, for how long, and under which tag it is dropped (docs/decisions/0007-what-is-cached.md). Who may see
 * something, and everything that a message changes, is read from the database each time.
 */
import {
  CACHE_CHAT_LIST_MS,
  CACHE_CHAT_MS,
  CACHE_CONTACTS_MS,
  CACHE_COUNTS_MS,
  CACHE_MESSAGES_MS,
  CACHE_PROFILE_MS,
  CACHE_SEARCH_MS,
} from '../config/limits';
import type { EventBus } from '../events/event-bus';
import type { Cache, CacheKind } from '../providers/cache/cache.port';

/** So many rows take half a kilobyte. */
const rows = (inOne: number) => (value: unknown) => 1 + Math.ceil((value as unknown[]).length / inOne);

const ROW_BYTES = 1000;
const PIECE_BYTES = 512;

/** Texts are as long as their writers want, within limits. */
function messages(value: unknown): number {
  const list = value as ReadonlyArray<{ content: unknown; replyTo?: { content?: unknown } | null }>;
  const bytes = list.map(
    ({ content, replyTo }) => ROW_BYTES + 2 * (sizeOf(content) + sizeOf(replyTo?.content)),
  );
  return Math.ceil(bytes.reduce((sum, one) => sum + one, 0) / PIECE_BYTES);
}

function sizeOf(content: unknown): number {
  const texts = Object.values(content ?? {}).filter((part) => typeof part === 'string');
  return texts.reduce((sum: number, text: string) => sum + text.length, 0);
}

/** Name, picture and privacy of a user; not their presence. */
export const PROFILES: CacheKind = { name: 'profile', ttlMs: CACHE_PROFILE_MS, weigh: () => 2 };
/** The members of a chat that lists show. */
export const CHAT_MEMBERS: CacheKind = { name: 'members', ttlMs: CACHE_CHAT_MS, weigh: rows(2) };
/** The newest messages of a chat. */
export const RECENT_MESSAGES: CacheKind = { name: 'recent', ttlMs: CACHE_MESSAGES_MS, weigh: messages };
/** The ids of the chats somebody is in. */
export const CHAT_LISTS: CacheKind = { name: 'chats', ttlMs: CACHE_CHAT_LIST_MS, weigh: rows(8) };
/** A page of somebody's contacts, requests or blocks. */
export const CONTACT_LISTS: CacheKind = { name: 'contacts', ttlMs: CACHE_CONTACTS_MS, weigh: rows(1) };
/** How many contact requests wait to be looked at. */
export const REQUEST_COUNTS: CacheKind = { name: 'requests', ttlMs: CACHE_COUNTS_MS };
/** The ids of the people whose names hold a text. */
export const SEARCHES: CacheKind = { name: 'search', ttlMs: CACHE_SEARCH_MS, weigh: rows(8) };

/** Of a user's own profile. */
export const profileTag = (userId: string) => `user:${userId}`;
/** Of a chat's members. */
export const chatTag = (chatId: string) => `chat:${chatId}`;
/** Of what changes in a chat's messages once they are there. */
export const messagesTag = (chatId: string) => `messages:${chatId}`;
/** Of a user's places in chats. */
export const placesTag = (userId: string) => `places:${userId}`;
/** Of what a user holds about others. */
export const contactsTag = (ownerId: string) => `contacts:${ownerId}`;
/** Of who is there and what they are called. */
export const PEOPLE_TAG = 'people';

/** Drops what a change makes old, on hearing of it: here before it is acknowledged, of other nodes as soon as they tell. */
export function dropWhatChanges(bus: EventBus, cache: Cache): void {
  const drop = (...tags: string[]) => cache.drop(tags);

  bus.on('user.updated', ({ userId }) => drop(profileTag(userId), PEOPLE_TAG));
  bus.on('user.deleted', ({ userId }) => drop(profileTag(userId), PEOPLE_TAG));

  bus.on('chat.created', ({ chatId, memberIds }) => drop(chatTag(chatId), ...memberIds.map(placesTag)));
  bus.on('chat.placed', ({ chatId, userIds }) => drop(chatTag(chatId), ...userIds.map(placesTag)));
  bus.on('chat.updated', ({ chatId, joinedIds }) => drop(chatTag(chatId), ...joinedIds.map(placesTag)));
  bus.on('chat.removed', ({ chatId, userIds }) => drop(chatTag(chatId), ...userIds.map(placesTag)));

  bus.on('contact.changed', ({ ownerId, userId }) => drop(contactsTag(ownerId), contactsTag(userId)));
  for (const name of [
    'contact.requested',
    'contact.accepted',
    'contact.rejected',
    'contact.withdrawn',
  ] as const)
    bus.on(name, ({ requesterId, addresseeId }) => drop(contactsTag(requesterId), contactsTag(addresseeId)));
  bus.on('contact.blocked', ({ ownerId, userId }) => drop(contactsTag(ownerId), contactsTag(userId)));
  bus.on('contact.unblocked', ({ ownerId, userId }) => drop(contactsTag(ownerId), contactsTag(userId)));
  bus.on('contact.requests-viewed', ({ userId }) => drop(contactsTag(userId)));

  for (const name of ['message.updated', 'message.deleted', 'message.reacted'] as const)
    bus.on(name, ({ message }) => drop(messagesTag(String(message.chatId))));
  bus.on('message.hidden', ({ chatId }) => drop(messagesTag(chatId)));
  bus.on('quotes.scrubbed', ({ chatId }) => drop(messagesTag(chatId)));
}

/** The kept value of one thing, or what `load` reads, which is then kept. */
export async function readThrough<T>(
  cache: Cache,
  kind: CacheKind,
  key: { id: string; tag: string },
  load: () => Promise<T>,
): Promise<T> {
  const [looked] = await cache.look<T>(kind, [key]);
  if (looked?.value !== undefined) return looked.value;
  const value = await load();
  looked?.keep(value);
  return value;
}

/** The same for many things by their ids: one look, and one reading of all that are not kept. What is not there is not kept either. */
export async function readManyThrough<T>(
  cache: Cache,
  kind: CacheKind,
  ids: readonly string[],
  tagOf: (id: string) => string,
  load: (missing: string[]) => Promise<Map<string, T>>,
): Promise<Map<string, T>> {
  const all = [...new Set(ids)];
  if (all.length === 0) return new Map();
  const looked = await cache.look<T>(
    kind,
    all.map((id) => ({ id, tag: tagOf(id) })),
  );
  const found = new Map<string, T>();
  const missing: string[] = [];
  all.forEach((id, i) => {
    const value = looked[i]?.value;
    if (value === undefined) missing.push(id);
    else found.set(id, value);
  });
  if (missing.length === 0) return found;
  const loaded = await load(missing);
  all.forEach((id, i) => {
    const value = loaded.get(id);
    if (value === undefined) return;
    found.set(id, value);
    looked[i]?.keep(value);
  });
  return found;
}
