import type { Logger } from '../config/logger';
import { ChatModel } from '../models/chat.model';
import { MessageModel, type MessageRecord } from '../models/message.model';
import { idFrom, toObjectId } from '../models/object-id';
import { PushProgressModel } from '../models/push-progress.model';
import { trusted } from '../models/trusted';
import type { Clock } from '../types/clock';

const WRITE_AFTER_MS = 500;
/** While nobody writes the checkpoint moves as well, so that little has to be read after a crash. */
const WRITE_IDLE_MS = 30_000;
const RETRY_AFTER_MS = 2000;
/** A message's id is made before it is written; so much earlier the reading of the log begins. */
const MARGIN_MS = 60_000;
/** A server that was away for longer has no news to push. */
const MAX_BEHIND_MS = 24 * 3_600_000;
const PAGE = 500;

export interface PushProgress {
  /** It is decided who hears of the chat's messages up to `seq`. */
  decided(chatId: string, seq: number): void;
  flush(): Promise<void>;
  /** The messages of which nobody decided yet, in pages. */
  undecided(): AsyncGenerator<MessageRecord[]>;
  /**
   * Begins to count from now: what is older than a first start, or than a time without pushes, is no news. Resolves to the time before
   * which all is decided.
   */
  begin(): Promise<Date>;
  stop(): Promise<void>;
}

/**
 * Owns how far it is decided who is to be pushed: a checkpoint in time, to find where to read the log on, and a `seq` for each chat
 * that was active since. Written behind; what a crash keeps from being written is decided again, the marks then tell what was sent.
 */
export function createPushProgress(deps: {
  clock: Clock;
  logger: Logger;
  /** Nothing that was announced before this time is undecided. */
  decidedBefore: () => Date;
  /** Writes who is owed what by these decisions. */
  writeMarks: () => Promise<void>;
}): PushProgress {
  const { clock, logger, decidedBefore, writeMarks } = deps;
  let dirty = new Map<string, number>();
  let writing: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;

  function decided(chatId: string, seq: number): void {
    if (dirty.size === 0) wakeIn(WRITE_AFTER_MS);
    dirty.set(chatId, Math.max(dirty.get(chatId) ?? 0, seq));
  }

  function wakeIn(ms: number): void {
    clearTimeout(timer);
    if (!isStopped) timer = setTimeout(() => void flush().catch(() => undefined), ms).unref();
  }

  function flush(): Promise<void> {
    const next = writing.catch(() => undefined).then(write);
    writing = next;
    return next;
  }

  async function write(): Promise<void> {
    const batch = dirty;
    dirty = new Map();
    try {
      const at = decidedBefore();
      const updates = [...batch].map(([chatId, seq]) => ({
        updateOne: { filter: { _id: toObjectId(chatId) }, update: { $max: { pushedSeq: seq } } },
      }));
      // What is decided stands nowhere but in the marks.
      await writeMarks();
      if (updates.length > 0) await ChatModel.collection.bulkWrite(updates, { ordered: false });
      // Afterwards, so that it never runs ahead of the chats.
      await PushProgressModel.updateOne({ _id: 'push' }, { $max: { at } });
      wakeIn(dirty.size > 0 ? WRITE_AFTER_MS : WRITE_IDLE_MS);
    } catch (error) {
      logger.warn('How far pushes are decided could not be noted; it will be tried again', { cause: error });
      for (const [chatId, seq] of batch) dirty.set(chatId, Math.max(dirty.get(chatId) ?? 0, seq));
      wakeIn(RETRY_AFTER_MS);
      throw error;
    }
  }

  return {
    decided,
    flush,

    async *undecided() {
      await flush();
      const checkpoint = await PushProgressModel.findById('push').lean();
      if (!checkpoint) return;
      const fromMs = Math.max(checkpoint.at.getTime() - MARGIN_MS, clock.now().getTime() - MAX_BEHIND_MS);
      const pushedSeqs = new Map<string, number>();
      let after = idFrom(new Date(fromMs));
      for (;;) {
        const page = await MessageModel.find({ _id: trusted({ $gt: after }) })
          .sort({ _id: 1 })
          .limit(PAGE)
          .lean();
        const last = page.at(-1);
        if (!last) return;
        after = last._id;
        await readPushedSeqs(page, pushedSeqs);
        const isOpen = ({ chatId, seq, createdAt }: MessageRecord) =>
          createdAt >= checkpoint.from && seq > (pushedSeqs.get(String(chatId)) ?? 0);
        yield page.filter(isOpen);
      }
    },

    async begin() {
      const now = clock.now();
      const { at } = await PushProgressModel.findOneAndUpdate(
        { _id: 'push' },
        { $setOnInsert: { at: now, from: now } },
        { upsert: true, returnDocument: 'after' },
      )
        .orFail()
        .lean();
      return new Date(Math.max(at.getTime(), now.getTime() - MAX_BEHIND_MS));
    },

    async stop() {
      isStopped = true;
      clearTimeout(timer);
      await flush().catch(() => undefined);
    },
  };
}

/** Forgets the checkpoint while there are no pushes. */
export async function forgetPushProgress(): Promise<void> {
  await PushProgressModel.deleteOne({ _id: 'push' });
}

/** As they were when the reading began: what is decided meanwhile is not left out by it. */
async function readPushedSeqs(page: readonly MessageRecord[], known: Map<string, number>): Promise<void> {
  const unknown = [...new Set(page.map(({ chatId }) => String(chatId)))].filter((id) => !known.has(id));
  if (unknown.length === 0) return;
  const chats = await ChatModel.find({ _id: trusted({ $in: unknown }) }, { pushedSeq: 1 }).lean();
  for (const id of unknown) known.set(id, 0);
  for (const { _id, pushedSeq } of chats) known.set(String(_id), pushedSeq ?? 0);
}
