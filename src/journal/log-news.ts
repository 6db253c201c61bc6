import type { Types } from 'mongoose';
import type { Logger } from '../config/logger';
import { answerWithin } from '../models/answer-within';
import { type ChatNews, LogNewsModel } from '../models/log-news.model';
import { isMessageRow, type LogRow } from './lane';

/** More than that is not named while the database is away; the others are then told that there was more. */
const MAX_WAITING = 50_000;
const MAX_EVENT_CHARS = 4_000_000;
const MAX_DOCUMENTS = 100;
const RETRY_AFTER_MS = 200;
const ANSWER_WITHIN_MS = 5000;
/** By a majority, as a change stream tells nothing else: news that are rolled back nobody hears, and nobody would know of it. */
const WRITE = { writeConcern: { w: 'majority', journal: true } } as const;

export interface LogNews {
  /** Tells the other nodes of rows that are durable; returns at once. */
  publish(rows: readonly LogRow[]): void;
  /** The same of what else others must hear of. */
  publishEvent(text: string): void;
  /** The time of the oldest row of which the others are not told yet. */
  oldest(): Date | undefined;
  /** Resolves when everything published so far is stored, or after a failed try. */
  stop(): Promise<void>;
}

interface Waiting {
  chats: Map<string, ChatNews>;
  events: string[];
  chars: number;
  ids: number;
  isCut: boolean;
  since: Date;
}

/**
 * Owns the telling of what this node wrote to the log: one small document at a time; what comes while it is on its way goes out together
 * in the next one. When the database is away it is tried again; when this process dies, a node that takes over tells it.
 */
export function createLogNews({ nodeId, logger }: { nodeId: string; logger: Logger }): LogNews {
  const waiting: Waiting[] = [];
  let sending: Waiting | undefined;
  let work: Promise<void> | undefined;
  let isStopped = false;

  async function send(): Promise<void> {
    // What is announced in this turn goes out together.
    await Promise.resolve();
    for (sending = waiting.shift(); sending; sending = waiting.shift()) await sendOne(sending);
  }

  /** The document that is filled now. In each the rows come before the events: after an event rows need a new one. */
  function room(isForRows: boolean): Waiting {
    let last = waiting.at(-1);
    if (last === undefined || (isForRows && last.events.length > 0 && waiting.length < MAX_DOCUMENTS)) {
      last = emptyNews();
      waiting.push(last);
    }
    work ??= send().finally(() => {
      work = undefined;
    });
    return last;
  }

  async function sendOne({ chats, events, isCut }: Waiting): Promise<void> {
    const news = {
      node: nodeId,
      at: new Date(),
      chats: [...chats.values()],
      ...(events.length > 0 && { events }),
      ...(isCut && { isCut }),
    };
    for (let attempt = 0; ; attempt += 1) {
      try {
        await answerWithin(ANSWER_WITHIN_MS, LogNewsModel.collection.insertOne(news as never, WRITE));
        return;
      } catch (cause) {
        if (attempt === 0) logger.warn('Other nodes cannot be told of messages; trying on', { cause });
        if (isStopped) return;
        await new Promise((resolve) => setTimeout(resolve, RETRY_AFTER_MS));
      }
    }
  }

  return {
    publish(rows) {
      const next = room(true);
      for (const row of rows) note(next, row);
    },
    publishEvent(text) {
      const next = room(false);
      next.chars += text.length;
      if (next.chars > MAX_EVENT_CHARS) next.isCut = true;
      else next.events.push(text);
    },
    oldest: () => sending?.since ?? waiting[0]?.since,
    async stop() {
      isStopped = true;
      await work;
    },
  };
}

/** The same for rows that are at hand. */
export function newsOf(rows: readonly LogRow[]): ChatNews[] {
  const all = emptyNews();
  for (const row of rows) note(all, row);
  return [...all.chats.values()];
}

function emptyNews(): Waiting {
  return { chats: new Map(), events: [], chars: 0, ids: 0, isCut: false, since: new Date() };
}

function note(waiting: Waiting, row: LogRow): void {
  const key = String(row.chatId);
  const known = waiting.chats.get(key);
  const news: ChatNews = known ?? { chatId: row.chatId, seq: 0, rev: 0, count: 0, ids: [] };
  if (!known) waiting.chats.set(key, news);
  raise(news, row);
  if (!isMessageRow(row)) return;
  if (waiting.ids >= MAX_WAITING) waiting.isCut = true;
  else {
    waiting.ids += 1;
    news.ids.push(row._id as Types.ObjectId);
  }
}

/** A marker's `seq` is negative; it moves `rev` alone. */
function raise(news: ChatNews, { seq, rev, count }: Pick<LogRow, 'seq' | 'rev' | 'count'>): void {
  news.seq = Math.max(news.seq, seq);
  news.rev = Math.max(news.rev, rev);
  news.count = Math.max(news.count, count);
}
