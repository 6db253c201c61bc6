import type { Types } from 'mongoose';
import type { EventBus, Origin } from '../events/event-bus';
import { answerWithin } from '../models/answer-within';
import { MessageModel, type MessageRecord } from '../models/message.model';
import type { Lane, LaneTable } from './lane';
import type { OtherNodes } from './other-nodes';
import { nodeOf } from './row-ids';

/** A chat of which this node told nothing lately: what others wrote there within this time may still be on its way here. */
const LATELY_MS = 30_000;
const MAX_LATELY = 200;
const ANSWER_WITHIN_MS = 5000;
const RETRY_AFTER_MS = 500;

export interface Announcer {
  /** Announces durable messages, in the order of `seq` in each chat and each one once, wherever they come from. */
  tell(messages: readonly MessageRecord[], origin: Origin): void;
  /** True when all up to this `seq` is announced. */
  isTold(chatId: string, seq: number): boolean;
}

/**
 * Owns what of each chat was announced on this node. Where a message comes before one that another node wrote and whose news is still on
 * its way, the missing ones are read from the log first: as no number is left out, it is known which they are.
 */
export function createAnnouncer(deps: { others: OtherNodes; lanes: LaneTable; bus: EventBus }): Announcer {
  const { others, lanes, bus } = deps;
  const startedAtMs = Date.now();

  function emit(messages: MessageRecord[], origin: Origin): void {
    if (messages.length > 0) bus.emit('messages.created', { messages }, origin);
  }

  /** Those of the messages that can be announced now; what comes before a missing one is held. */
  function pass(messages: readonly MessageRecord[]): MessageRecord[] {
    const next: MessageRecord[] = [];
    for (const message of messages) {
      const chatId = String(message.chatId);
      const lane = lanes.peek(chatId) ?? lanes.get(chatId);
      if (lane.held) lane.held.push(message);
      else if (isNext(lane, message)) {
        lane.toldSeq = message.seq;
        next.push(message);
      } else if (lane.toldSeq === undefined || message.seq > lane.toldSeq) {
        lane.held = [message];
        void fill(lane, message);
      }
    }
    return next;
  }

  function isNext({ toldSeq }: Lane, { seq }: MessageRecord): boolean {
    // The first one of a chat, where nobody else writes, has nothing before it.
    if (toldSeq === undefined) return seq === 1 || !others.areThere();
    return seq === toldSeq + 1;
  }

  async function fill(lane: Lane, before: MessageRecord): Promise<void> {
    const missing = await readMissing(lane, before);
    const waiting = (lane.held ?? []).sort((a, b) => a.seq - b.seq);
    lane.held = undefined;
    lane.toldSeq = before.seq - 1;
    for (const run of runsByOrigin([...missing, ...pass(waiting)], others.nodeId))
      emit(run.messages, run.origin);
  }

  async function readMissing(lane: Lane, before: MessageRecord): Promise<MessageRecord[]> {
    for (;;) {
      try {
        return await answerWithin(ANSWER_WITHIN_MS, read(before.chatId, lane.toldSeq, before.seq));
      } catch {
        await new Promise((resolve) => setTimeout(resolve, RETRY_AFTER_MS));
      }
    }
  }

  async function read(chatId: Types.ObjectId, toldSeq: number | undefined, seq: number) {
    const log = MessageModel.collection;
    if (toldSeq !== undefined)
      return log
        .find<MessageRecord>({ chatId, seq: { $gt: toldSeq, $lt: seq } })
        .sort({ seq: 1 })
        .toArray();
    const last = log
      .find<MessageRecord>({ chatId, seq: { $gt: 0, $lt: seq } })
      .sort({ seq: -1 })
      .limit(MAX_LATELY);
    // What was announced before this chat was forgotten must not be announced again.
    const sinceMs = Math.max(Date.now() - LATELY_MS, startedAtMs, lanes.forgottenUntilMs);
    return (await last.toArray()).filter(({ createdAt }) => createdAt.getTime() > sinceMs).reverse();
  }

  return {
    tell: (messages, origin) => emit(pass(messages), origin),
    isTold: (chatId, seq) => (lanes.peek(chatId)?.toldSeq ?? 0) >= seq,
  };
}

function runsByOrigin(messages: MessageRecord[], nodeId: string) {
  const runs: Array<{ origin: Origin; messages: MessageRecord[] }> = [];
  for (const message of messages) {
    const origin = nodeOf(message._id) === nodeId ? 'here' : 'elsewhere';
    const last = runs.at(-1);
    if (last?.origin === origin) last.messages.push(message);
    else runs.push({ origin, messages: [message] });
  }
  return runs;
}
