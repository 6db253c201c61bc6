import { SYNC_PAGE_DEFAULT, SYNC_PAGE_MAX } from '../config/limits';
import type { EventBus } from '../events/event-bus';
import { readSettledHeads } from '../journal/heads';
import type { ChatHead, Journal } from '../journal/journal.types';
import { gatherReads } from '../models/gathered-reads';
import { MembershipModel, type MembershipRecord } from '../models/membership.model';
import type { MessageRecord } from '../models/message.model';
import { toObjectId } from '../models/object-id';
import { trusted } from '../models/trusted';
import type { Actor } from '../types/actor';
import type { Clock } from '../types/clock';
import { placesOf } from './chat-places';
import { readChatChanges } from './sync-changes';
import { cursorsSince, undeliveredCursors, withMargin } from './sync-cursors';

/** What a client knows (contract section 4): `rev` by chat, or a time, or nothing. */
export interface SyncRequest {
  cursors?: Record<string, number>;
  userRev?: number;
  since?: Date;
  limit?: number;
}

export interface Watermark {
  chatId: string;
  userId: string;
  deliveredSeq: number;
  readSeq: number;
}

export interface StateChange {
  key: string;
  value: unknown;
  userRev: number;
}

interface Feed {
  states: StateChange[];
  userRev: number;
  isComplete: boolean;
}

export interface SyncAnswer {
  /** Chats that are new to the client or changed; to be presented. */
  chatIds: string[];
  /** Each changed message once, in its latest form, by chat in order of `rev`. */
  messages: MessageRecord[];
  receipts: Watermark[];
  states: StateChange[];
  removed: string[];
  nextCursors: Record<string, number>;
  userRev: number;
  complete: boolean;
}

export interface SyncService {
  /** Everything that changed for the actor after what they know, paged by messages; the same page twice is harmless. */
  sync(actor: Actor, request: SyncRequest): Promise<SyncAnswer>;
}

/** In larger groups a page tells only one's own watermarks: the others' ticks are asked for message by message. */
const MAX_MEMBERS_WITH_RECEIPTS = 200;
/** A group may have thousands of members. */
const CHATS_AT_ONCE = 50;

export function createSyncService(deps: {
  journal: Journal;
  bus: EventBus;
  clock: Clock;
  userChanges: { since(userId: string, rev: number): Promise<Feed> };
}): SyncService {
  const { journal, userChanges, bus, clock } = deps;

  return {
    async sync(actor, request) {
      const at = clock.now();
      const limit = Math.min(request.limit ?? SYNC_PAGE_DEFAULT, SYNC_PAGE_MAX);
      const memberships = await placesOf(actor.userId);
      const chatIds = memberships.map((membership) => String(membership.chatId));
      await journal.settle(chatIds);
      const heads = await readSettledHeads(chatIds);
      const cursors = await startingCursors(request, memberships, heads);
      const page = await readChanges(actor.userId, memberships, heads, cursors, limit);
      const [feed, receipts, removed] = await Promise.all([
        userChanges.since(actor.userId, request.userRev ?? 0),
        readReceipts(actor.userId, page.isComplete ? chatIds : page.chatIds),
        findRemoved(actor.userId, request, heads),
      ]);
      const { userId, deviceId } = actor;
      // What is not yet delivered to the user may be with another device of theirs only.
      const isAll = request.cursors !== undefined || request.since !== undefined;
      if (isAll && page.isComplete) bus.emit('device.caught-up', { userId, deviceId, at });
      return {
        chatIds: page.chatIds,
        messages: page.messages,
        receipts,
        states: feed.states,
        removed,
        nextCursors: page.nextCursors,
        userRev: feed.userRev,
        complete: page.isComplete && feed.isComplete,
      };
    },
  };
}

/** Undefined for a chat the client does not know: then all of it is asked for. */
async function startingCursors(
  request: SyncRequest,
  memberships: readonly MembershipRecord[],
  heads: Map<string, ChatHead>,
): Promise<Map<string, number | undefined>> {
  if (request.cursors) {
    const { cursors } = request;
    return new Map(memberships.map(({ chatId }) => [String(chatId), cursors[String(chatId)]]));
  }
  if (request.since) return cursorsSince(request.since, memberships, heads);
  return undeliveredCursors(memberships, heads);
}

/** The chats one is no longer in: of those the client names, or those that one left since the time it gives. */
async function findRemoved(
  userId: string,
  { cursors, since }: SyncRequest,
  heads: ReadonlyMap<string, ChatHead>,
): Promise<string[]> {
  if (cursors) return Object.keys(cursors).filter((id) => !heads.has(id));
  if (!since) return [];
  const left = await MembershipModel.find(
    { userId: toObjectId(userId), leftAt: trusted({ $gte: withMargin(since) }) },
    { chatId: 1 },
  ).lean();
  return left.map(({ chatId }) => String(chatId));
}

interface Changes {
  chatIds: string[];
  messages: MessageRecord[];
  nextCursors: Record<string, number>;
  isComplete: boolean;
}

async function readChanges(
  userId: string,
  memberships: readonly MembershipRecord[],
  heads: Map<string, ChatHead>,
  cursors: Map<string, number | undefined>,
  limit: number,
): Promise<Changes> {
  const page: Changes = { chatIds: [], messages: [], nextCursors: {}, isComplete: true };
  for (const membership of memberships) {
    const chatId = String(membership.chatId);
    const cursor = cursors.get(chatId);
    const head = heads.get(chatId)?.rev ?? 0;
    if (cursor !== undefined && cursor >= head) continue;
    const room = limit - page.messages.length;
    if (room <= 0) return { ...page, isComplete: false };
    const changes = await readChatChanges({ membership, userId, fromRev: cursor ?? 0, head, room });
    page.chatIds.push(chatId);
    page.messages.push(...changes.messages);
    page.nextCursors[chatId] = changes.nextRev;
    if (changes.isCut) return { ...page, isComplete: false };
  }
  return page;
}

async function readReceipts(userId: string, chatIds: string[]): Promise<Watermark[]> {
  const byChat = await readWatermarks(chatIds);
  return [...byChat.values()].flatMap((members) => {
    const isLarge = members.length > MAX_MEMBERS_WITH_RECEIPTS;
    const told = isLarge ? members.filter((member) => String(member.userId) === userId) : members;
    return told.map((member) => presentWatermark(member, userId));
  });
}

const readWatermarks = gatherReads<MembershipRecord[]>(
  async (chatIds) => {
    const rows = await MembershipModel.collection
      .aggregate<{ _id: unknown; members: MembershipRecord[] }>([
        { $match: { chatId: { $in: chatIds.map(toObjectId) }, leftAt: null } },
        { $project: { chatId: 1, userId: 1, deliveredSeq: 1, readSeq: 1, shownReadSeq: 1 } },
        { $group: { _id: '$chatId', members: { $push: '$$ROOT' } } },
      ])
      .toArray();
    return new Map(rows.map(({ _id, members }) => [String(_id), members]));
  },
  { keysAtMost: CHATS_AT_ONCE },
);

function presentWatermark(member: MembershipRecord, viewerId: string): Watermark {
  const userId = String(member.userId);
  return {
    chatId: String(member.chatId),
    userId,
    deliveredSeq: member.deliveredSeq,
    readSeq: userId === viewerId ? member.readSeq : member.shownReadSeq,
  };
}
