import type { RingEnd } from '../events/domain-events';
import { CallModel, type CallRecord } from '../models/call.model';
import { idFrom } from '../models/object-id';
import { trusted } from '../models/trusted';
import {
  callCollapseId,
  type PushText,
  presentMissedCallPush,
  presentRingEndPush,
  presentRingPush,
  subjectOf,
} from '../presenters/push.presenter';
import type { PushDevice } from '../services/push-token.service';
import type { PushNote } from '../types/push-note';
import type { Requeue } from './push-owed';
import { currentTokens, type PushParts, unconnectedOf } from './push-parts';
import type { PushComposer, PushJob } from './push-queue';

const RING_END_STALE_AFTER_MS = 60_000;
const MISSED_STALE_AFTER_MS = 24 * 3_600_000;
/** The longest that a call may ring, and some more: a call that was missed then began not earlier. */
const LONGEST_RING_MS = 10 * 60_000;
const MISSED = 1;

export interface CallPushes {
  requeue: Requeue;
  /** After a start: rings what rings still, and tells of what was missed since `since` and not told. */
  recover(since: Date, waitMs: number): Promise<void>;
}

/**
 * Rings devices without a connection, stops them when it rings no more, and tells of missed calls. A call that rings for somebody rings
 * whether or not its chat is muted.
 */
export function startCallPushes(
  parts: PushParts & {
    /** Those of the users who missed the call. */
    whoMissed: (call: CallRecord, userIds: readonly string[]) => string[];
  },
): CallPushes {
  const { bus, clock, tokens, isConnected, facts, marks, queue, whoMissed } = parts;
  const reasons = new WeakMap<PushJob, RingEnd>();

  /** Words the calls as they stand when the push leaves. */
  const composer =
    (say: (call: CallRecord, job: PushJob, known: Known) => PushText | undefined): PushComposer =>
    async (jobs) => {
      const waiting = jobs.filter(({ device }) => !isConnected(device));
      const calls = await readCalls(waiting);
      const [names, badges, tokenOf] = await Promise.all([
        facts.names([...calls.values()].map(({ callerId }) => String(callerId))),
        facts.badges(waiting.map(({ device }) => device.userId)),
        currentTokens(tokens, waiting),
      ]);
      const known: Known = { now: clock.now(), names, badges };
      const notes = new Map<PushJob, PushNote>();
      for (const job of waiting) {
        const [call, token] = [calls.get(job.about), tokenOf(job.device)];
        const text = call && !isConnected(job.device) ? say(call, job, known) : undefined;
        if (text && token !== undefined) notes.set(job, { token, ...text });
      }
      return notes;
    };

  const composeRing = composer((call, { device }, { now, names }) =>
    call.ringExpiresAt > now && stateOf(call, device) === 'ringing'
      ? presentRingPush(call, names.get(String(call.callerId)), now)
      : undefined,
  );

  const composeRingEnd = composer((call, job) =>
    stateOf(call, job.device) === 'ringing'
      ? undefined
      : presentRingEndPush(call, reasons.get(job) ?? 'ended'),
  );

  const composeMissed = composer((call, { device }, { names, badges }) =>
    stateOf(call, device) === 'missed'
      ? presentMissedCallPush(call, names.get(String(call.callerId)), badges.get(device.userId) ?? 0)
      : undefined,
  );

  function jobFor(device: PushDevice, call: CallRecord, compose: PushComposer, staleAt: Date): PushJob {
    const about = callCollapseId(String(call._id));
    const isEnd = compose === composeRingEnd;
    const base = { device, about, compose, staleAt, decidedAt: clock.now(), isUrgent: true };
    return { ...base, isAlert: !isEnd, isReplacing: compose !== composeMissed };
  }

  function pushMissed(device: PushDevice, call: CallRecord, waitMs = 0): void {
    const staleAt = new Date(call.createdAt.getTime() + MISSED_STALE_AFTER_MS);
    const job = jobFor(device, call, composeMissed, staleAt);
    const key = { userId: device.userId, deviceId: device.deviceId, about: job.about };
    marks.due(key, MISSED);
    queue.add({ ...job, onSettled: (wasSent) => marks.done(key, MISSED, wasSent) }, waitMs);
  }

  async function ring(call: CallRecord, userIds: readonly string[]): Promise<void> {
    for (const device of await unconnectedOf(parts, userIds))
      queue.add(jobFor(device, call, composeRing, call.ringExpiresAt));
  }

  bus.on('call.ringing', ({ call, userIds }) => ring(call, userIds));

  bus.on('call.ring-ended', async ({ call, userIds, why }) => {
    const missed = new Set(whoMissed(call, userIds));
    for (const device of await unconnectedOf(parts, userIds)) {
      const staleAt = new Date(clock.now().getTime() + RING_END_STALE_AFTER_MS);
      const job = jobFor(device, call, composeRingEnd, staleAt);
      reasons.set(job, why);
      queue.add(job);
      if (missed.has(device.userId)) pushMissed(device, call);
    }
  });

  return {
    async requeue({ about }, device, waitMs) {
      const call = await CallModel.findById(subjectOf(about).id).lean();
      if (!call || stateOf(call, device) !== 'missed') return false;
      pushMissed(device, call, waitMs);
      return true;
    },

    async recover(since, waitMs) {
      const after = trusted({ $gt: idFrom(new Date(since.getTime() - LONGEST_RING_MS)) });
      for await (const call of CallModel.find({ _id: after }).sort({ _id: 1 }).lean().cursor()) {
        const userIds = call.participants.map(({ userId }) => String(userId));
        if (call.status === 'ringing') await ring(call, usersIn(call, 'ringing'));
        const missed = call.endedAt && call.endedAt >= since ? whoMissed(call, userIds) : [];
        if (missed.length === 0) continue;
        const told = await marks.find([callCollapseId(String(call._id))], missed);
        const isTold = new Set(told.map(({ userId, deviceId }) => `${userId}:${deviceId}`));
        for (const device of await unconnectedOf(parts, missed))
          if (!isTold.has(`${device.userId}:${device.deviceId}`)) pushMissed(device, call, waitMs);
      }
    },
  };
}

interface Known {
  now: Date;
  names: Awaited<ReturnType<PushParts['facts']['names']>>;
  badges: Map<string, number>;
}

/** By their collapse ids. */
async function readCalls(jobs: readonly PushJob[]): Promise<Map<string, CallRecord>> {
  const ids = [...new Set(jobs.map(({ about }) => subjectOf(about).id))];
  const calls = await CallModel.find({ _id: trusted({ $in: ids }) }).lean();
  return new Map(calls.map((call) => [callCollapseId(String(call._id)), call]));
}

function usersIn({ participants }: CallRecord, state: string): string[] {
  return participants.filter((one) => one.state === state).map(({ userId }) => String(userId));
}

function stateOf({ participants }: CallRecord, { userId }: PushDevice): string | undefined {
  return participants.find((one) => String(one.userId) === userId)?.state;
}
