import { Types } from 'mongoose';
import type { Logger } from '../config/logger';
import { unavailable } from '../errors/app-error';
import type { EventBus } from '../events/event-bus';
import { createKeyedQueue } from '../helpers/keyed-queue';
import type { MessageRecord } from '../models/message.model';
import { assertDatabase, onDatabaseReach } from '../models/reach';
import type { Clock } from '../types/clock';
import { amendMessage } from './amender';
import { createAnnouncer } from './announcer';
import { createFlusher, keyConflict, overdueUntil, rejectOverdue } from './flusher';
import { readHeads } from './heads';
import type { Journal, JournalObserver, NewEntry } from './journal.types';
import { isMessageRow, type Lane, LaneTable, type LogOp, type LogRow } from './lane';
import { createLogShare, type LogShare } from './log-share';
import { digestOf } from './numbering';
import type { OtherNodes } from './other-nodes';
import { createProjections } from './projections';
import { recoverProjections } from './recover';
import { createRowIds } from './row-ids';

/** A message or change that the database did not confirm within this time is refused as `unavailable`. */
const CONFIRM_WITHIN_MS = 10_000;
const MAX_IDLE_LANES = 50_000;
/** One command of the flush; a larger backlog goes out in several. */
const MAX_BATCH = 1000;

type Appended = { message: MessageRecord; isNew: boolean };

/**
 * The write path of all chats: what is pending on this node, for all chats, goes out as one ordered, majority-journaled
 * insert; the next one starts when it ends. Owns the queues and the numbers; when the process dies, what was not
 * acknowledged may be gone and nothing else is.
 */
export function createJournal(deps: {
  bus: EventBus;
  logger: Logger;
  clock: Clock;
  maxPending: number;
  others: OtherNodes;
  observer?: JournalObserver;
}): Journal & {
  /** Derives anew what a crash kept from being projected; to be called before serving. */
  recover(): Promise<void>;
  /** What this node and the others tell each other. */
  share: LogShare;
} {
  const { bus, logger, clock, maxPending, others, observer } = deps;
  const lanes = new LaneTable(MAX_IDLE_LANES);
  const ready = new Set<Lane>();
  const inFlight = new Map<string, { entry: NewEntry; result: Promise<Appended> }>();
  const projections = createProjections(logger);
  const announcer = createAnnouncer({ others, lanes, bus });
  const share = createLogShare({ others, lanes, announcer, projections, bus, logger });
  const newRowId = createRowIds(others.nodeId);
  /** Changes of one message take turns on this node, so that they do not cost each other their markers. */
  const inTurn = createKeyedQueue();
  let pending = 0;
  let isFlushing = false;
  let isStopped = false;
  let idle: Array<() => void> = [];

  const flusher = createFlusher({ clock, onWritten, onSettled });

  function onWritten(rows: LogRow[]): void {
    const messages = rows.filter(isMessageRow);
    projections.rowsWritten(rows);
    share.written(rows);
    observer?.onWritten(messages);
    // The acknowledgements go first, and the next flush is on its way before the members are told.
    if (messages.length > 0) setImmediate(() => announcer.tell(messages, 'here'));
  }

  function onSettled(op: LogOp): void {
    if (op.isSettled) return;
    op.isSettled = true;
    done();
    if (op.key !== undefined) inFlight.delete(op.key);
  }

  function done(): void {
    pending -= 1;
    if (pending > 0) return;
    for (const resolve of idle) resolve();
    idle = [];
  }

  function schedule(lane: Lane): void {
    ready.add(lane);
    if (isFlushing) return;
    isFlushing = true;
    // After the events of this turn of the loop, so that what came together goes out together.
    setImmediate(() => void flushAll());
  }

  async function flushAll(): Promise<void> {
    try {
      for (let batch = collect(); batch.length > 0; batch = collect()) await runFlush(batch);
    } finally {
      isFlushing = false;
    }
  }

  /** A fault that is neither a refusal nor an outage must not leave senders waiting. */
  async function runFlush(batch: LogOp[]): Promise<void> {
    const startedAt = performance.now();
    try {
      await flusher.flush(batch);
    } catch (error) {
      logger.error('A flush of the journal failed', { cause: error });
      for (const op of batch) {
        op.lane.head = undefined;
        op.deadlineMs = 0;
      }
      rejectOverdue(
        batch.filter((op) => !isQueued(op)),
        1,
        error,
        onSettled,
      );
    }
    observer?.onFlushed({ rows: batch.length, seconds: (performance.now() - startedAt) / 1000 });
    for (const lane of new Set(batch.map((op) => op.lane))) if (lane.queue.length > 0) ready.add(lane);
  }

  function isQueued(op: LogOp): boolean {
    return op.lane.queue.includes(op);
  }

  /** What can be written now for all chats; starts what has to go its own way first: cold heads and contended lanes. */
  function collect(): LogOp[] {
    const batch: LogOp[] = [];
    const cold: Lane[] = [];
    const nowMs = clock.now().getTime();
    for (const lane of ready) {
      if (batch.length >= MAX_BATCH) break;
      ready.delete(lane);
      if (lane.isBusy || lane.isLoading || lane.queue.length === 0) continue;
      if (lane.head === undefined) cold.push(lane);
      else if (lane.contendedUntilMs > nowMs) flushApart(lane);
      else batch.push(...takeOps(lane));
    }
    if (cold.length > 0) void loadHeads(cold);
    return batch;
  }

  function takeOps(lane: Lane): LogOp[] {
    return lane.queue.splice(0, MAX_BATCH);
  }

  function release(lane: Lane): void {
    lane.isBusy = false;
    if (lane.queue.length > 0) schedule(lane);
  }

  function flushApart(lane: Lane): void {
    lane.isBusy = true;
    void runFlush(takeOps(lane)).finally(() => release(lane));
  }

  async function loadHeads(cold: Lane[]): Promise<void> {
    for (const lane of cold) lane.isLoading = true;
    try {
      const heads = await readHeads(cold.map((lane) => lane.chatId));
      for (const lane of cold) lane.head = heads.get(lane.chatId);
    } catch (error) {
      dropOverdue(cold, error);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    for (const lane of cold) {
      lane.isLoading = false;
      if (lane.queue.length > 0) schedule(lane);
    }
  }

  function dropOverdue(cold: Lane[], error: unknown): void {
    const untilMs = overdueUntil(clock);
    for (const lane of cold) lane.queue = rejectOverdue(lane.queue, untilMs, error, onSettled);
  }

  /** What waits behind the write or read that just lost its database is answered with it, not after tries of its own. */
  const unfollow = onDatabaseReach((isAway) => {
    if (isAway) dropOverdue(lanes.queued(), undefined);
  });

  function admit(): number {
    if (isStopped) throw unavailable('The server is shutting down');
    assertDatabase();
    if (pending >= maxPending) throw unavailable('Too much is waiting to be written');
    pending += 1;
    return clock.now().getTime() + CONFIRM_WITHIN_MS;
  }

  function enqueue(
    entry: LogOp['entry'],
    key: string | undefined,
    deadlineMs: number,
  ): Promise<{ row: LogRow; isNew: boolean }> {
    return new Promise((resolve, reject) => {
      const lane = lanes.get(entry.chatId);
      const id = newRowId();
      lane.queue.push({ id, entry, key, lane, deadlineMs, isSettled: false, resolve, reject });
      schedule(lane);
    });
  }

  async function append(entry: NewEntry): Promise<Appended> {
    const key = entry.tempId === undefined ? undefined : `${entry.senderId}:${entry.tempId}`;
    const earlier = key === undefined ? undefined : inFlight.get(key);
    if (earlier) {
      if (digestOf(earlier.entry) !== digestOf(entry)) throw keyConflict();
      return { message: (await earlier.result).message, isNew: false };
    }
    const result = enqueue(entry, key, admit()).then(({ row, isNew }) => ({
      message: toMessage(row),
      isNew,
    }));
    if (key !== undefined) inFlight.set(key, { entry, result });
    return result;
  }

  /** Takes the next `rev` of the message's chat. */
  async function mark(ref: MessageRecord, deadlineMs: number): Promise<number> {
    admit();
    const entry = { chatId: String(ref.chatId), ref };
    return (await enqueue(entry, undefined, deadlineMs)).row.rev;
  }

  return {
    append,
    share,

    async amend(chatId, messageId, change) {
      const deadlineMs = clock.now().getTime() + CONFIRM_WITHIN_MS;
      const id = new Types.ObjectId(messageId);
      const request = {
        messageId: id,
        change,
        deadlineMs,
        mark: (ref: MessageRecord) => mark(ref, deadlineMs),
      };
      return inTurn(String(id), () => amendMessage(new Types.ObjectId(chatId), request, clock));
    },

    async head(chatId) {
      const known = lanes.peek(chatId)?.head;
      if (known) return { ...known };
      const head = (await readHeads([chatId])).get(chatId);
      return head ?? { seq: 0, rev: 0, count: 0 };
    },

    settle: (chatIds) => projections.settle(chatIds),

    pending: () => pending,

    async recover() {
      const behind = await recoverProjections(projections);
      if (behind > 0) logger.info(`Brought ${behind} chat(s) up to date with the message log`);
    },

    async stop() {
      isStopped = true;
      if (pending > 0) await new Promise<void>((resolve) => idle.push(resolve));
      unfollow();
      flusher.stop();
      await share.stop();
      await projections
        .stop()
        .catch((error) => logger.warn('Projections are left for the next start', { cause: error }));
    },
  };
}

function toMessage(row: LogRow): MessageRecord {
  if (isMessageRow(row)) return row;
  throw new Error('A message was answered with a marker');
}
