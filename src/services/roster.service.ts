import { LRUCache } from 'lru-cache';
import type { EventBus } from '../events/event-bus';
import { ChatModel } from '../models/chat.model';
import { ContactModel } from '../models/contact.model';
import { MembershipModel, type Role } from '../models/membership.model';
import { toObjectId } from '../models/object-id';
import { trusted } from '../models/trusted';
import { UserModel } from '../models/user.model';

export interface RosterMember {
  role: Role;
  joinedSeq: number;
}

/** What the send path must know of a chat. */
export interface Roster {
  chatId: string;
  type: 'private' | 'group';
  disappearingSeconds: number;
  /** Current members only. */
  members: ReadonlyMap<string, RosterMember>;
  memberIds: readonly string[];
  /** In a private chat: one of the two blocked the other, or does not exist any more. */
  isBlocked: boolean;
}

export interface RosterService {
  /** The chat as it stands, or undefined when there is none. */
  get(chatId: string): Promise<Roster | undefined>;
  /** The roster when this node has it in memory; spares the hot path a promise. */
  peek(chatId: string): Roster | undefined;
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
    for (const [chatId, roster] of cache.entries()) {
      if (!roster.members.has(userId)) continue;
      if (otherId === undefined || (roster.type === 'private' && roster.members.has(otherId))) drop(chatId);
    }
  }

  bus.on('chat.updated', ({ chatId }) => drop(chatId));
  bus.on('chat.removed', ({ chatId }) => drop(chatId));
  bus.on('contact.changed', ({ ownerId, userId }) => dropPrivateOf(ownerId, userId));
  bus.on('user.deleted', ({ userId }) => dropPrivateOf(userId, undefined));

  async function load(chatId: string): Promise<Roster | undefined> {
    const startedAt = epoch;
    const roster = await readRoster(chatId);
    if (roster && epoch === startedAt) cache.set(chatId, roster);
    return roster;
  }

  return {
    peek: (chatId) => cache.get(chatId),
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

async function readRoster(chatId: string): Promise<Roster | undefined> {
  const id = toObjectId(chatId);
  const [chat, rows] = await Promise.all([
    ChatModel.findById(id, { type: 1, disappearingSeconds: 1 }).lean(),
    MembershipModel.find({ chatId: id, leftAt: null }, { userId: 1, role: 1, joinedSeq: 1 }).lean(),
  ]);
  if (!chat) return undefined;
  const members = new Map(rows.map(({ userId, role, joinedSeq }) => [String(userId), { role, joinedSeq }]));
  const memberIds = [...members.keys()];
  return {
    chatId,
    type: chat.type,
    disappearingSeconds: chat.disappearingSeconds,
    members,
    memberIds,
    isBlocked: chat.type === 'private' && (await isOver(memberIds)),
  };
}

async function isOver([a, b]: readonly string[]): Promise<boolean> {
  if (a === undefined || b === undefined) return true;
  const [one, other] = [toObjectId(a), toObjectId(b)];
  const deleted = await UserModel.exists({
    _id: trusted({ $in: [one, other] }),
    deletedAt: trusted({ $ne: null }),
  });
  if (deleted) return true;
  const found = await ContactModel.exists({
    $or: [
      { ownerId: one, userId: other, isBlocked: true },
      { ownerId: other, userId: one, isBlocked: true },
    ],
  });
  return found !== null;
}
