import { Types } from 'mongoose';
import type { Logger } from '../config/logger';
import type { EventBus } from '../events/event-bus';
import { answerWithin } from '../models/answer-within';
import type { LogNewsRecord } from '../models/log-news.model';
import { MessageModel, type MessageRecord } from '../models/message.model';
import type { Announcer } from './announcer';
import type { ChatHead } from './journal.types';
import { type LaneTable, type LogRow, raiseHead } from './lane';
import { createLogNews, newsOf } from './log-news';
import { createLogTail } from './log-tail';
import type { OtherNodes } from './other-nodes';
import type { Projections } from './projections';
import { pagesOf } from './recover';
import { nodeOf } from './row-ids';
import { decodeEvent, encodeEvent, SHARED_EVENTS } from './shared-events';

/** The ids of rows are made up to ten seconds before the rows are written. */
const IDS_AHEAD_MS = 15_000;
const ROWS_AT_ONCE = 1000;
const RETRY_AFTER_MS = 300;
const ANSWER_WITHIN_MS = 5000;

export interface LogShare {
  /** Tells the others of rows this node wrote; does nothing while it is alone. */
  written(rows: readonly LogRow[]): void;
  /** Hears what others write from now on; resolves when nothing more is missed. */
  hear(onMissed: () => void): Promise<void>;
  /** Everything this node wrote to the log before is told to the others and projected. */
  checkpoint(): Date;
  /** Tells and projects what a node that ended wrote and may have told nobody. Harmless to repeat. */
  takeOver(ended: { _id: string; checkpoint: Date }): Promise<void>;
  stop(): Promise<void>;
}

/** Owns the crossing of messages between nodes: by small documents that name what is new in the log (docs/decisions/0005). */
export function createLogShare(deps: {
  others: OtherNodes;
  lanes: LaneTable;
  announcer: Announcer;
  projections: Projections;
  bus: EventBus;
  logger: Logger;
}): LogShare {
  const { others, lanes, announcer, projections, bus, logger } = deps;
  const { nodeId } = others;
  const news = createLogNews({ nodeId, logger });
  let onMissed: () => void = () => undefined;
  const tail = createLogTail({ nodeId, logger, onNews: takeIn, onMissed: () => onMissed() });
  let isStopped = false;

  for (const name of SHARED_EVENTS)
    bus.on(name, (event, origin) => {
      if (origin === 'here' && others.areThere()) news.publishEvent(encodeEvent(name, event));
    });

  async function takeIn({ chats, events = [] }: Pick<LogNewsRecord, 'chats' | 'events'>): Promise<void> {
    for (const { chatId, seq, rev, count } of chats) {
      const lane = lanes.get(String(chatId));
      // A head that this node has yet to read it reads when it needs it: of a chat's own last write the outcome may be unknown.
      if (lane.head) raiseHead(lane, atLeast(lane.head, { seq, rev, count }));
    }
    const untold = chats.filter(({ chatId, seq }) => seq > 0 && !announcer.isTold(String(chatId), seq));
    const ids = untold.flatMap((chat) => chat.ids);
    for (let at = 0; at < ids.length; at += ROWS_AT_ONCE) {
      const messages = await untilDone(() => readInOrder(ids.slice(at, at + ROWS_AT_ONCE)));
      if (!messages) return;
      projections.heardElsewhere(messages);
      announcer.tell(messages, 'elsewhere');
    }
    for (const text of events) {
      const told = await untilDone(() => decodeEvent(text));
      if (told) bus.emit(told.name, told.event, 'elsewhere');
    }
  }

  /** Others' news wait meanwhile, in the database. */
  async function untilDone<T>(work: () => Promise<T>): Promise<T | undefined> {
    while (!isStopped) {
      try {
        return await work();
      } catch {
        await new Promise((resolve) => setTimeout(resolve, RETRY_AFTER_MS));
      }
    }
    return undefined;
  }

  return {
    written(rows) {
      if (others.areThere()) news.publish(rows);
    },

    async hear(whenMissed) {
      onMissed = whenMissed;
      await tail.open();
    },

    checkpoint: () => earliest([new Date(), projections.oldest(), news.oldest()]),

    async takeOver(ended) {
      const since = Math.floor((ended.checkpoint.getTime() - IDS_AHEAD_MS) / 1000);
      const rows = MessageModel.collection
        .find<LogRow>({ _id: { $gte: Types.ObjectId.createFromTime(since) } })
        .sort({ _id: 1 });
      const chatIds = new Set<string>();
      for await (const page of pagesOf(writtenBy(ended._id, rows), ROWS_AT_ONCE)) {
        const batch = page.sort((a, b) => a.rev - b.rev);
        projections.rowsWritten(batch);
        if (others.areThere()) news.publish(batch);
        await takeIn({ chats: newsOf(batch) });
        for (const row of batch) chatIds.add(String(row.chatId));
      }
      await projections.settle([...chatIds]);
    },

    async stop() {
      isStopped = true;
      await tail.close();
      await news.stop();
    },
  };
}

/** A change that is no message says nothing of how many messages there are. */
function atLeast(known: ChatHead, heard: ChatHead): ChatHead {
  return { seq: Math.max(heard.seq, known.seq), rev: heard.rev, count: Math.max(heard.count, known.count) };
}

function earliest(times: Array<Date | undefined>): Date {
  return new Date(Math.min(...times.flatMap((time) => (time ? [time.getTime()] : []))));
}

async function readInOrder(ids: Types.ObjectId[]): Promise<MessageRecord[]> {
  const rows = MessageModel.collection.find<MessageRecord>({ _id: { $in: ids } }).toArray();
  const byId = new Map((await answerWithin(ANSWER_WITHIN_MS, rows)).map((row) => [String(row._id), row]));
  return ids.flatMap((id) => byId.get(String(id)) ?? []);
}

async function* writtenBy(nodeId: string, rows: AsyncIterable<LogRow>): AsyncGenerator<LogRow> {
  for await (const row of rows) if (nodeOf(row._id) === nodeId) yield row;
}
