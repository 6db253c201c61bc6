import { LRUCache } from 'lru-cache';
import type { EventBus } from '../events/event-bus';
import type { Roster } from './roster.types';
import { readRosters } from './roster-reader';

export interface RosterService {
  /** The chat as it stands, or undefined when there is none. */
  get(chatId: string): Promise<Roster | undefined>;
  /** The roster when this node has it in memory; spares the hot path a promise. */
  peek(chatId: string): Roster | undefined;
  /** For when changes may have been made without being heard of. */
  forgetAll(): void;
}

/** Counted in members: about 100 bytes each. */
const MAX_CACHED_MEMBERS = 500_000;

/**
 * Keeps the rosters of active chats in memory, so that a send reads no chat and no membership. Every change of members,
 * settings or blocks drops the entry; a load that began before the change is not kept.
 */
export function createRosterService(bus: EventBus): RosterService {
  const cache = new LRUCache<string, Roster>({
    maxSize: MAX_CACHED_MEMBERS,
    sizeCalculation: (roster) => roster.memberIds.length + 1,
  });
  const loading = new Map<string, Promise<Roster | undefined>>();
  let epoch = 0;

  function drop(chatId: string): void {
    epoch += 1;
    cache.delete(chatId);
    loading.delete(chatId);
  }

  /** The private chats of two people are found by walking the cache: blocks are rare. */
  function dropPrivateOf(userId: string, otherId: string | undefined): void {
    epoch += 1;
    loading.clear();
    for (const [chatId, roster] of cache.entries()) {
      if (!roster.members.has(userId)) continue;
      if (otherId === undefined || (roster.type === 'private' && roster.members.has(otherId))) drop(chatId);
    }
  }

  // What changes a chat or its members on another node is first heard of by its row in the log.
  bus.on('messages.created', ({ messages }, origin) => {
    if (origin === 'here') return;
    for (const { chatId, content } of messages) if (content?.type === 'system') drop(String(chatId));
  });
  // A chat may have been looked up while it was being made.
  bus.on('chat.created', ({ chatId }) => drop(chatId));
  bus.on('chat.placed', ({ chatId }) => drop(chatId));
  bus.on('chat.updated', ({ chatId }) => drop(chatId));
  bus.on('chat.removed', ({ chatId }) => drop(chatId));
  bus.on('contact.changed', ({ ownerId, userId }) => dropPrivateOf(ownerId, userId));
  bus.on('user.deleted', ({ userId }) => dropPrivateOf(userId, undefined));

  async function load(chatId: string): Promise<Roster | undefined> {
    const startedAt = epoch;
    const roster = (await readRosters([chatId])).get(chatId);
    if (roster && isWhole(roster) && epoch === startedAt) cache.set(chatId, roster);
    return roster;
  }

  return {
    peek: (chatId) => cache.get(chatId),
    forgetAll() {
      epoch += 1;
      loading.clear();
      cache.clear();
    },
    async get(chatId) {
      const known = cache.get(chatId);
      if (known) return known;
      const running = loading.get(chatId);
      if (running) return running;
      const started = load(chatId).finally(() => {
        if (loading.get(chatId) === started) loading.delete(chatId);
      });
      loading.set(chatId, started);
      return started;
    },
  };
}

/** Nothing is told of the second place in a private chat when whoever writes it dies in between. */
function isWhole({ type, memberIds }: Roster): boolean {
  return type !== 'private' || memberIds.length === 2;
}
