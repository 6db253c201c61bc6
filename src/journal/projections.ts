import { Types } from 'mongoose';
import type { Logger } from '../config/logger';
import { answerWithin } from '../models/answer-within';
import { ChatModel } from '../models/chat.model';
import { MembershipModel } from '../models/membership.model';
import type { MessageRecord } from '../models/message.model';
import { UserModel } from '../models/user.model';
import { isMessageRow, type LogRow } from './lane';

/** Projections are written this long after the first change at the latest, one write per chat however many messages came. */
const PROJECT_AFTER_MS = 1000;
const RETRY_AFTER_MS = 1000;
/** Longer than the others take to project what they wrote. */
const FOREIGN_FOR_MS = 3000;
/** Then it is tried again; everything that waits for a projection waits for this. */
const ANSWER_WITHIN_MS = 10_000;

type Senders = Map<string, { seq: number; count: number }>;

interface ChatProjection {
  seq: number;
  rev: number;
  count: number;
  lastMessageId: Types.ObjectId | null;
  at: Date | null;
  /** Sender to the newest own message: sending moves the sender's own watermarks (contract section 4). */
  senders: Senders;
}

export interface Projections {
  messagesWritten(messages: readonly MessageRecord[]): void;
  /** Messages and markers. */
  rowsWritten(rows: readonly LogRow[]): void;
  revReached(chatId: string, rev: number): void;
  /** Another node wrote these and projects them in a moment; whoever asks for their chats here before that waits for it. */
  heardElsewhere(messages: readonly MessageRecord[]): void;
  /** Resolves when everything noted so far about these chats is written. */
  settle(chatIds: readonly string[]): Promise<void>;
  /** The time since which something noted is not written yet. */
  oldest(): Date | undefined;
  /** Writes what is left and ends. */
  stop(): Promise<void>;
}

/**
 * Owns the write-behind of what is derived from the log: chat heads and the senders' watermarks. When a write fails the
 * changes stay noted and are tried again; what a crash loses is derived anew at the next start (`recover.ts`).
 */
export function createProjections(logger: Logger): Projections {
  let dirty = new Map<string, ChatProjection>();
  let dirtySince: Date | undefined;
  let writing:
    | { chats: Map<string, ChatProjection>; since: Date | undefined; done: Promise<void> }
    | undefined;
  /** What others wrote lately, and what they wrote before that: the younger half, and the older. */
  let foreign = new Map<string, ChatProjection>();
  let olderForeign = new Map<string, ChatProjection>();
  let foreignSinceMs = 0;
  let next: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;

  function wakeIn(ms: number): void {
    timer ??= setTimeout(() => void flush().catch(() => undefined), ms);
    timer.unref();
  }

  function touch(chatId: string): ChatProjection {
    const entry = entryOf(dirty, chatId);
    dirtySince ??= new Date();
    wakeIn(PROJECT_AFTER_MS);
    return entry;
  }

  function note(message: MessageRecord): void {
    noteIn(touch(String(message.chatId)), message);
  }

  function noteForeign(messages: readonly MessageRecord[]): void {
    const nowMs = Date.now();
    if (nowMs - foreignSinceMs > FOREIGN_FOR_MS) {
      olderForeign = foreign;
      foreign = new Map();
      foreignSinceMs = nowMs;
    }
    for (const message of messages) noteIn(entryOf(foreign, String(message.chatId)), message);
  }

  /** Takes over what others have not projected yet, or have: both are the same in the end. */
  function adopt(chatIds: readonly string[]): void {
    for (const chatId of chatIds) {
      for (const heard of [olderForeign, foreign]) {
        const entry = heard.get(chatId);
        if (entry === undefined) continue;
        heard.delete(chatId);
        dirty.set(chatId, merge(entry, touch(chatId)));
      }
    }
  }

  function reach(chatId: string, rev: number): void {
    const entry = touch(chatId);
    entry.rev = Math.max(entry.rev, rev);
  }

  /** Writes all that is noted when the write begins; whoever asks before that shares it, and fails with it. */
  function flush(): Promise<void> {
    next ??= writeNext();
    return next;
  }

  async function writeNext(): Promise<void> {
    await writing?.done.catch(() => undefined);
    next = undefined;
    clearTimeout(timer);
    timer = undefined;
    if (dirty.size === 0) return;
    const [chats, since] = [dirty, dirtySince];
    dirty = new Map();
    dirtySince = undefined;
    const done = answerWithin(ANSWER_WITHIN_MS, writeProjections(chats));
    writing = { chats, since, done };
    try {
      await done;
    } catch (error) {
      logger.warn('Chat projections could not be written; they will be tried again', { cause: error });
      restore(chats);
      dirtySince = since;
      throw error;
    } finally {
      writing = undefined;
    }
  }

  function restore(chats: Map<string, ChatProjection>): void {
    for (const [chatId, old] of chats) {
      const newer = dirty.get(chatId);
      dirty.set(chatId, newer ? merge(old, newer) : old);
    }
    wakeIn(RETRY_AFTER_MS);
  }

  return {
    messagesWritten: (messages) => messages.forEach(note),
    rowsWritten(rows) {
      for (const row of rows) {
        if (isMessageRow(row)) note(row);
        else reach(String(row.chatId), row.rev);
      }
    },
    revReached: reach,
    heardElsewhere: noteForeign,
    async settle(chatIds) {
      if (foreign.size + olderForeign.size > 0) adopt(chatIds);
      if (chatIds.some((id) => dirty.has(id))) await flush();
      else if (writing && chatIds.some((id) => writing?.chats.has(id))) await writing.done;
    },
    oldest: () => writing?.since ?? dirtySince,
    async stop() {
      await flush();
      clearTimeout(timer);
    },
  };
}

function entryOf(chats: Map<string, ChatProjection>, chatId: string): ChatProjection {
  let entry = chats.get(chatId);
  if (entry === undefined) {
    entry = { seq: 0, rev: 0, count: 0, lastMessageId: null, at: null, senders: new Map() };
    chats.set(chatId, entry);
  }
  return entry;
}

function noteIn(entry: ChatProjection, message: MessageRecord): void {
  entry.rev = Math.max(entry.rev, message.rev);
  noteSender(entry.senders, String(message.senderId), message);
  if (message.seq <= entry.seq) return;
  entry.seq = message.seq;
  entry.count = message.count;
  entry.lastMessageId = message._id;
  entry.at = message.createdAt;
}

/** What a node that ended wrote is noted late: the chat may be further by then, and the sender's own place is not. */
function noteSender(
  senders: Senders,
  senderId: string,
  { seq, count }: { seq: number; count: number },
): void {
  if (seq > (senders.get(senderId)?.seq ?? 0)) senders.set(senderId, { seq, count });
}

function merge(old: ChatProjection, newer: ChatProjection): ChatProjection {
  const senders: Senders = new Map(old.senders);
  for (const [senderId, place] of newer.senders) noteSender(senders, senderId, place);
  const top = newer.seq >= old.seq ? newer : old;
  return { ...top, rev: Math.max(old.rev, newer.rev), senders };
}

/** Writes the derived fields; they only ever grow, so a repeated or late write is harmless. */
export async function writeProjections(chats: ReadonlyMap<string, ChatProjection>): Promise<void> {
  // The members first: a chat whose head is behind the log tells the recovery to look at its senders again.
  const hiding = await whoHidesReading(chats);
  const members = [...chats].flatMap(([chatId, chat]) => senderUpdates(chatId, chat, hiding));
  // What a fail-over takes back nobody would project again: the log has it, and the checkpoint is past it.
  const options = { ordered: false, writeConcern: { w: 'majority' } } as const;
  if (members.length > 0) await MembershipModel.collection.bulkWrite(members, options);
  await ChatModel.collection.bulkWrite(
    [...chats].map(([chatId, chat]) => ({ updateOne: chatUpdate(chatId, chat) })),
    options,
  );
}

/** Of the senders those who keep read receipts off: what others may know of their reading stands still. */
async function whoHidesReading(chats: ReadonlyMap<string, ChatProjection>): Promise<Set<string>> {
  const senders = new Set([...chats.values()].flatMap((chat) => [...chat.senders.keys()]));
  if (senders.size === 0) return new Set();
  const hiding = await UserModel.collection
    .find(
      { _id: { $in: [...senders].map((id) => new Types.ObjectId(id)) }, 'privacy.readReceipts': false },
      { projection: { _id: 1 } },
    )
    .toArray();
  return new Set(hiding.map(({ _id }) => String(_id)));
}

function senderUpdates(chatId: string, chat: ChatProjection, hiding: ReadonlySet<string>) {
  return [...chat.senders].map(([userId, { seq, count }]) => ({
    updateOne: {
      filter: { chatId: new Types.ObjectId(chatId), userId: new Types.ObjectId(userId) },
      update: {
        $max: {
          deliveredSeq: seq,
          readSeq: seq,
          readCount: count,
          ...(!hiding.has(userId) && { shownReadSeq: seq }),
        },
      },
    },
  }));
}

function chatUpdate(chatId: string, chat: ChatProjection) {
  const isNewest = { $gt: [chat.seq, '$seq'] };
  const set = {
    seq: { $max: ['$seq', chat.seq] },
    rev: { $max: ['$rev', chat.rev] },
    count: { $max: ['$count', chat.count] },
    lastMessageId: { $cond: [isNewest, chat.lastMessageId, '$lastMessageId'] },
    lastActivityAt: { $cond: [isNewest, chat.at, '$lastActivityAt'] },
  };
  return { filter: { _id: new Types.ObjectId(chatId) }, update: [{ $set: set }] };
}
