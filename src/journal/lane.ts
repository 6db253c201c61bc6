import type { Types } from 'mongoose';
import type { ChangeMarker, MessageRecord } from '../models/message.model';
import type { ChatHead, NewEntry } from './journal.types';

/** A row of the log: a message, or the marker of a change to one. */
export type LogRow = MessageRecord | ChangeMarker;

/** A row waiting to be written. Its id is given once, so that an uncertain write can be looked up. */
export interface LogOp {
  id: Types.ObjectId;
  /** A message to write, or the message whose change is to be marked. */
  entry: NewEntry | MarkerEntry;
  /** The pair of sender and `tempId`. */
  key: string | undefined;
  lane: Lane;
  deadlineMs: number;
  /** Resolved or rejected; counted once. */
  isSettled: boolean;
  resolve: (result: { row: LogRow; isNew: boolean }) => void;
  reject: (error: Error) => void;
}

export interface MarkerEntry {
  chatId: string;
  ref: MessageRecord;
}

/** True for the entry of a message, false for that of a marker. */
export function isMessageEntry(entry: NewEntry | MarkerEntry): entry is NewEntry {
  return 'content' in entry;
}

/** True for a message, false for a marker. */
export function isMessageRow(row: LogRow): row is MessageRecord {
  return row.seq > 0;
}

/**
 * One chat's queue on this node. `head` is the last durable number this node knows, undefined while it has to be read.
 * A number is only taken on top of a durable head, so n+1 exists only if n does.
 */
export interface Lane {
  chatId: string;
  head: ChatHead | undefined;
  queue: LogOp[];
  /** A write of this lane is under way outside the common flush. */
  isBusy: boolean;
  isLoading: boolean;
  /** Until then another node is taken to write here too; the lane then has its own flushes, so that it delays nobody. */
  contendedUntilMs: number;
  /** Up to this `seq` the chat's messages were announced on this node; undefined when none was lately. */
  toldSeq: number | undefined;
  /** Messages that are announced once those before them were read from the log. */
  held: MessageRecord[] | undefined;
  usedAtMs: number;
}

/** The lanes of the chats that are or lately were active, bounded: the longest idle ones are forgotten first. */
export class LaneTable {
  private readonly lanes = new Map<string, Lane>();
  /** When the latest of the forgotten lanes was used. */
  forgottenUntilMs = 0;

  constructor(private readonly maxIdle: number) {}

  /** The chat's lane, made when it is not there. */
  get(chatId: string): Lane {
    let lane = this.lanes.get(chatId);
    if (lane === undefined) {
      lane = newLane(chatId);
    } else {
      this.lanes.delete(chatId);
    }
    this.lanes.set(chatId, lane);
    lane.usedAtMs = Date.now();
    if (this.lanes.size > this.maxIdle) this.forgetOldest();
    return lane;
  }

  peek(chatId: string): Lane | undefined {
    return this.lanes.get(chatId);
  }

  /** All chats in which something waits to be written. */
  queued(): Lane[] {
    return [...this.lanes.values()].filter((lane) => lane.queue.length > 0);
  }

  private forgetOldest(): void {
    for (const [chatId, lane] of this.lanes) {
      if (this.lanes.size <= this.maxIdle) return;
      if (lane.queue.length > 0 || lane.isBusy || lane.isLoading || lane.held) continue;
      this.lanes.delete(chatId);
      this.forgottenUntilMs = Math.max(this.forgottenUntilMs, lane.usedAtMs);
    }
  }
}

function newLane(chatId: string): Lane {
  return {
    chatId,
    head: undefined,
    queue: [],
    isBusy: false,
    isLoading: false,
    contendedUntilMs: 0,
    toldSeq: undefined,
    held: undefined,
    usedAtMs: 0,
  };
}

/** Notes a durable head of a chat, unless a higher one is known. */
export function raiseHead(lane: Lane, head: ChatHead): void {
  if (lane.head === undefined || head.rev > lane.head.rev) lane.head = head;
}
