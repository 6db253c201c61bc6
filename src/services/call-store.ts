/**
 * The one way a stored call changes: read, decide (`call-machine.ts`), write if it is still as it was read, announce. Who comes second
 * decides anew, on whichever node. What is due is done first, so that a call whose time is over is never acted upon.
 */
import { AppError, notFound, unavailable } from '../errors/app-error';
import { isDuplicateKey } from '../errors/from-mongo';
import type { EventBus } from '../events/event-bus';
import { createKeyedQueue } from '../helpers/keyed-queue';
import { CallModel, type CallRecord } from '../models/call.model';
import { gatherReads } from '../models/gathered-reads';
import { toObjectId } from '../models/object-id';
import { trusted } from '../models/trusted';
import type { Clock } from '../types/clock';
import { type Step, settle } from './call-machine';

const MAX_ATTEMPTS = 50;
const DUE_PER_ROUND = 200;

export type Decide = (call: CallRecord, now: Date) => Step | undefined | Promise<Step | undefined>;

export interface CallStore {
  /**
   * Changes a call by what `decide` says of it as it stands, and tells those concerned but the socket whose doing it was. Resolves to
   * the call as it then is; where nothing is to be done, as it was.
   * @throws not_found; conflict when somebody would be in two calls at once; whatever `decide` throws.
   */
  change(
    callId: string,
    decide: Decide,
    how?: { socketId?: string | undefined; isSilent?: boolean },
  ): Promise<CallRecord>;
  /** The live calls these users ring or are in, after what was due in them. */
  findLive(userIds: readonly string[]): Promise<CallRecord[]>;
  /** Does what is due by now in all calls; resolves to how many changed. */
  settleDue(): Promise<number>;
}

export function createCallStore({ bus, clock }: { bus: EventBus; clock: Clock }): CallStore {
  /** Steps of one call on this node wait for each other instead of losing to each other. */
  const inTurn = createKeyedQueue();

  function announce({ call, stops, ends }: Step, socketId: string | undefined, isSilent: boolean): void {
    for (const stop of stops) bus.emit('call.ring-ended', { call, ...stop, socketId });
    for (const end of ends) bus.emit('call.hung-up', { call, ...end });
    if (!isSilent) bus.emit('call.updated', { call });
  }

  const change: CallStore['change'] = (callId, decide, { socketId, isSilent = false } = {}) =>
    inTurn(callId, async () => {
      for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
        const call = await CallModel.findById(callId).lean();
        if (!call) throw notFound('The call');
        const now = clock.now();
        const due = settle(call, now);
        const step = due ?? (await decide(call, now));
        if (!step) return call;
        const after = await replace(call, step.call);
        if (!after) continue;
        announce({ ...step, call: after }, due ? undefined : socketId, !due && isSilent);
        if (!due) return after;
      }
      throw unavailable('Too many change this call at once');
    });

  async function settleAll(calls: CallRecord[]): Promise<number> {
    const now = clock.now();
    const due = calls.filter(({ dueAt }) => dueAt && dueAt <= now);
    for (const { _id } of due) await change(String(_id), () => undefined);
    return due.length;
  }

  return {
    change,

    async findLive(userIds) {
      const live = await findEngaging(userIds);
      return (await settleAll(live)) > 0 ? findEngaging(userIds) : live;
    },

    async settleDue() {
      const due = trusted({ $lte: clock.now() });
      return settleAll(await CallModel.find({ dueAt: due }).sort({ dueAt: 1 }).limit(DUE_PER_ROUND).lean());
    },
  };
}

async function findEngaging(userIds: readonly string[]): Promise<CallRecord[]> {
  const found = await readEngaging(userIds);
  return [...new Map([...found.values()].map((call) => [String(call._id), call])).values()];
}

/** Nobody is in two: the unique index on `engagedIds`. */
const readEngaging = gatherReads<CallRecord>(async (userIds) => {
  const live = await CallModel.find({ engagedIds: trusted({ $in: userIds.map(toObjectId) }) }).lean();
  return new Map(
    live.flatMap((call) => (call.engagedIds ?? []).map((id): [string, CallRecord] => [String(id), call])),
  );
});

/** Writes the next state, and gives it; nothing when somebody else changed the call meanwhile. */
async function replace(before: CallRecord, after: CallRecord): Promise<CallRecord | undefined> {
  const next = { ...after, version: before.version + 1 };
  try {
    const { matchedCount } = await CallModel.replaceOne({ _id: before._id, version: before.version }, next);
    return matchedCount === 1 ? next : undefined;
  } catch (error) {
    if (isDuplicateKey(error, 'engagedIds')) throw new AppError('conflict', 'You are in another call');
    throw error;
  }
}
