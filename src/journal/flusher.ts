import { Types } from 'mongoose';
import { AppError, unavailable } from '../errors/app-error';
import type { MessageRecord } from '../models/message.model';
import { isDatabaseAway } from '../models/reach';
import type { Clock } from '../types/clock';
import { insertBatch } from './insert-batch';
import { isMessageEntry, isMessageRow, type Lane, type LogOp, type LogRow, raiseHead } from './lane';
import { digestOf, firstDigestOf, type Numbered, numberOps } from './numbering';
import { findStored } from './stored';

/** A lane in which another node took a number is flushed apart for this long. */
const CONTENDED_MS = 5000;
const RETRY_UNCERTAIN_MS = 200;
/** How often it is asked whether refused messages were stored after all, and how many of them: the first of an outage. */
const RETRY_UNSURE_MS = 1000;
const MAX_UNSURE = 10_000;

export interface Flusher {
  /** Writes the messages, in order within each chat; every one of them ends resolved, rejected or back in its lane. */
  flush(ops: LogOp[]): Promise<void>;
  /** Ends the asking for what may have been stored. */
  stop(): void;
}

/**
 * Owns one write to the log: numbering, the insert, and what to do when part of it is refused or its outcome is unknown.
 * `onWritten` hears of durable rows right after their senders' acknowledgements were set off; `onSettled` of everything that
 * left the journal, however.
 */
export function createFlusher(deps: {
  clock: Clock;
  onWritten: (rows: LogRow[]) => void;
  onSettled: (op: LogOp) => void;
}): Flusher {
  const { clock, onWritten, onSettled } = deps;
  /** Refused to their senders because nobody could say whether they are stored. */
  let unsure: LogOp[] = [];
  let timer: NodeJS.Timeout | undefined;

  function commit(ops: readonly LogOp[], numbered: readonly Numbered[]): void {
    const written: LogRow[] = [];
    ops.forEach((op, i) => {
      const done = numbered[i];
      if (done === undefined) return;
      raiseHead(op.lane, done.head);
      onSettled(op);
      op.resolve({ row: done.row, isNew: true });
      written.push(done.row);
    });
    if (written.length > 0) onWritten(written);
  }

  /** Puts a chat's messages back in front of its queue, to be numbered anew: on what was heard since, or on a head that is read again. */
  function giveBack(ops: readonly LogOp[], lane: Lane, takenRev = Number.POSITIVE_INFINITY): LogOp[] {
    const own = ops.filter((op) => op.lane === lane);
    if ((lane.head?.rev ?? 0) < takenRev) lane.head = undefined;
    lane.queue.unshift(...own);
    return ops.filter((op) => op.lane !== lane);
  }

  /** Resolves those whose key or id is stored already; answers the rest. */
  async function dropStored(ops: readonly LogOp[]): Promise<LogOp[]> {
    const stored = await findStored({ ids: ops.map((op) => op.id), keys: ops.flatMap(keyFilter) });
    const byId = new Map(stored.map((row) => [String(row._id), row]));
    const byKey = new Map(stored.filter(isMessageRow).map((message) => [storedKey(message), message]));
    const written: LogRow[] = [];
    const rest: LogOp[] = [];
    for (const op of ops) {
      const own = byId.get(String(op.id));
      const first = op.key === undefined ? undefined : byKey.get(op.key);
      if (own) {
        if (!op.isSettled) op.lane.head = undefined;
        onSettled(op);
        op.resolve({ row: own, isNew: true });
        written.push(own);
      } else if (first) {
        onSettled(op);
        resolveRepetition(op, first);
      } else rest.push(op);
    }
    if (written.length > 0) onWritten(written.sort((a, b) => a.rev - b.rev));
    return rest;
  }

  /** After a lost connection: waits until the database answers, learns what was stored, gives the rest back. */
  async function resolveUncertain(ops: LogOp[], cause: unknown): Promise<void> {
    let open = ops;
    while (open.length > 0) {
      const untilMs = overdueUntil(clock);
      keepUnsure(open.filter((op) => op.deadlineMs <= untilMs));
      open = rejectOverdue(open, untilMs, cause, onSettled);
      try {
        open = await dropStored(open);
        for (const lane of new Set(open.map((op) => op.lane))) open = giveBack(open, lane);
      } catch {
        await new Promise((resolve) => setTimeout(resolve, RETRY_UNCERTAIN_MS));
      }
    }
  }

  function keepUnsure(ops: LogOp[]): void {
    unsure.push(...ops.slice(0, MAX_UNSURE - unsure.length));
    if (unsure.length === 0) return;
    clearTimeout(timer);
    timer = setTimeout(() => void settleUnsure(), RETRY_UNSURE_MS);
    timer.unref();
  }

  /** What turns out to be stored is announced like everything else: its sender may never ask again. */
  async function settleUnsure(): Promise<void> {
    const ops = unsure;
    unsure = [];
    try {
      if (ops.length > 0) await dropStored(ops);
    } catch {
      keepUnsure(ops);
    }
  }

  return {
    stop: () => clearTimeout(timer),

    async flush(batch) {
      // First what was written before, so that the order of announcements is that of the log.
      await settleUnsure();
      let ops = batch;
      while (ops.length > 0) {
        const numbered = numberOps(ops, clock.now());
        const outcome = await insertBatch(numbered.map(({ row }) => row));
        if (outcome.kind === 'uncertain') {
          for (const op of ops) op.lane.head = undefined;
          return resolveUncertain(ops, outcome.cause);
        }
        if (outcome.kind === 'done') return commit(ops, numbered);
        commit(ops.slice(0, outcome.inserted), numbered);
        const takenRev = numbered[outcome.inserted]?.row.rev;
        ops = ops.slice(outcome.inserted);
        const refused = ops[0];
        if (refused === undefined) return;
        if (outcome.refusal === 'number') {
          refused.lane.contendedUntilMs = clock.now().getTime() + CONTENDED_MS;
          ops = giveBack(ops, refused.lane, takenRev);
        } else ops = await dropStored(ops);
      }
    },
  };
}

/** Deadlines up to this time are over: all of them while there is no database. */
export function overdueUntil(clock: Clock): number {
  return isDatabaseAway() ? Number.POSITIVE_INFINITY : clock.now().getTime();
}

/** Rejects the messages whose deadline is up to `untilMs`; answers the others. */
export function rejectOverdue(
  ops: LogOp[],
  untilMs: number,
  cause: unknown,
  onSettled: (op: LogOp) => void,
): LogOp[] {
  const rest: LogOp[] = [];
  for (const op of ops) {
    if (op.deadlineMs > untilMs) rest.push(op);
    else {
      onSettled(op);
      op.reject(
        unavailable('The message could not be confirmed; send it again with the same tempId', 2, cause),
      );
    }
  }
  return rest;
}

/** Answers a repeated key with its first message, or refuses it when it was used for something else (contract section 4). */
export function resolveRepetition(op: LogOp, first: MessageRecord): void {
  if (isMessageEntry(op.entry) && firstDigestOf(first) === digestOf(op.entry))
    op.resolve({ row: first, isNew: false });
  else op.reject(keyConflict());
}

/** The refusal of a key that was used with another chat or content. */
export function keyConflict(): AppError {
  return new AppError('conflict', 'This tempId was already used for another message');
}

function keyFilter(op: LogOp) {
  const { entry } = op;
  if (!isMessageEntry(entry) || entry.tempId === undefined) return [];
  return [{ senderId: new Types.ObjectId(entry.senderId), tempId: entry.tempId }];
}

function storedKey(message: MessageRecord): string {
  return `${message.senderId}:${message.tempId}`;
}
