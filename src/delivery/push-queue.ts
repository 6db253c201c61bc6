import type { Logger } from '../config/logger';
import { MAX_PUSHES_AT_ONCE, type PushProvider } from '../providers/push/push.port';
import type { PushDevice } from '../services/push-token.service';
import type { Clock } from '../types/clock';
import type { PushNote, PushOutcome } from '../types/push-note';

/** Something a device is to hear. What it says is decided when it leaves, so that it tells what is then true. */
export interface PushJob {
  device: PushDevice;
  /** The collapse id: what is about the same thing goes out one after another. */
  about: string;
  /** Rings and the like do not wait behind others. */
  isUrgent: boolean;
  /** People see it. What is seen last takes the place of the rest. */
  isAlert: boolean;
  /** Takes the place of what waits about the same thing, instead of following it. */
  isReplacing: boolean;
  /** When it was decided that the device is to hear it. */
  decidedAt: Date;
  /** After this time it is dropped. */
  staleAt: Date;
  /** What to say; nothing when there is no need any more. */
  compose: PushComposer;
  /** Hears the end of it: sent, or dropped for whatever reason. */
  onSettled?: (wasSent: boolean) => void;
}

/** Which of the devices have a connection to another node, for these devices. */
export type WhoIsElsewhere = (devices: readonly PushDevice[]) => Promise<(device: PushDevice) => boolean>;

/** Words jobs of its kind, all that go out together at once. */
export type PushComposer = (jobs: readonly PushJob[]) => Promise<Map<PushJob, PushNote>>;

export interface PushQueue {
  /** False when there is no room; nothing is kept then. */
  add(job: PushJob, waitMs?: number): boolean;
  /** True while something about this waits for the device, or is under way. */
  has(device: Pick<PushDevice, 'userId' | 'deviceId'>, about: string): boolean;
  /** How many jobs wait or are under way. */
  size(): number;
  /** Lets nothing more out; resolves when what is under way has ended or two seconds are over. */
  stop(): Promise<void>;
}

export const MAX_QUEUED_PUSHES = 20_000;
const AT_ONCE = 4;
/** So that what is written together goes out together. */
const GATHER_MS = 40;
const FIRST_RETRY_MS = 1000;
const LAST_RETRY_MS = 10 * 60_000;
const STOP_WITHIN_MS = 2000;
/** A provider that is away is told of once in this time. */
const TELL_AGAIN_AFTER_MS = 60_000;

interface Lane {
  key: string;
  jobs: PushJob[];
  isBusy: boolean;
  attempts: number;
  timer?: NodeJS.Timeout | undefined;
}

/**
 * Owns what waits to be pushed: in memory, bounded, by device and subject in order. At most 100 leave together, four such batches
 * and four urgent ones at a time, so a slow provider delays pushes and nothing else. What failed for now is tried again, later and
 * later. What a crash loses from here is in the marks (`push-marks.ts`).
 */
export function createPushQueue(deps: {
  provider: PushProvider;
  whoIsElsewhere: WhoIsElsewhere;
  dropToken: (device: PushDevice) => Promise<void>;
  clock: Clock;
  logger: Logger;
}): PushQueue {
  const { provider, whoIsElsewhere, dropToken, clock, logger } = deps;
  const lanes = new Map<string, Lane>();
  const ready = { urgent: new Set<Lane>(), common: new Set<Lane>() };
  const running = { urgent: 0, common: 0 };
  const underWay = new Set<Promise<void>>();
  let size = 0;
  let isStopped = false;
  let timer: NodeJS.Timeout | undefined;
  let toldAtMs = 0;

  function add(job: PushJob, waitMs = 0): boolean {
    if (isStopped || size >= MAX_QUEUED_PUSHES) return false;
    const key = keyOf(job.device, job.about);
    const lane = lanes.get(key) ?? { key, jobs: [], isBusy: false, attempts: 0 };
    lanes.set(key, lane);
    if (job.isReplacing) for (const old of lane.jobs.splice(lane.isBusy ? 1 : 0)) settle(old, false);
    lane.jobs.push(job);
    size += 1;
    if (lane.jobs.length === 1 || job.isReplacing) wake(lane, waitMs);
    return true;
  }

  function wake(lane: Lane, waitMs: number): void {
    clearTimeout(lane.timer);
    lane.timer = undefined;
    if (lane.isBusy) return;
    if (waitMs > 0) lane.timer = setTimeout(() => wake(lane, 0), waitMs).unref();
    else makeReady(lane);
  }

  function makeReady(lane: Lane): void {
    const isUrgent = lane.jobs[0]?.isUrgent ?? false;
    ready[isUrgent ? 'urgent' : 'common'].add(lane);
    if (isUrgent) pump('urgent');
    else timer ??= setTimeout(() => pump('common'), GATHER_MS).unref();
  }

  function pump(kind: 'urgent' | 'common'): void {
    if (kind === 'common') timer = undefined;
    while (!isStopped && running[kind] < AT_ONCE && ready[kind].size > 0) {
      const batch = [...ready[kind]].slice(0, MAX_PUSHES_AT_ONCE);
      for (const lane of batch) {
        ready.urgent.delete(lane);
        ready.common.delete(lane);
        lane.isBusy = true;
      }
      running[kind] += 1;
      const work = sendBatch(batch).finally(() => {
        running[kind] -= 1;
        underWay.delete(work);
        pump(kind);
      });
      underWay.add(work);
    }
  }

  async function sendBatch(batch: Lane[]): Promise<void> {
    const jobs = batch.flatMap(({ jobs: [first] }) => (first ? [first] : []));
    const outcomes = await attempt(jobs);
    for (const lane of batch) {
      const job = lane.jobs[0];
      lane.isBusy = false;
      if (job) conclude(lane, job, outcomes.get(job));
    }
  }

  /** What became of each; nothing for those there was no need for. */
  async function attempt(jobs: PushJob[]): Promise<Map<PushJob, PushOutcome>> {
    const nowMs = clock.now().getTime();
    try {
      const fresh = jobs.filter(({ staleAt }) => staleAt.getTime() > nowMs);
      const isElsewhere = await whoIsElsewhere(fresh.map(({ device }) => device));
      // Who connected to another node meanwhile hears it there.
      const notes = await composeAll(fresh.filter(({ device }) => !isElsewhere(device)));
      const outcomes = await provider.send([...notes.values()]);
      return new Map([...notes.keys()].flatMap((job, i) => (outcomes[i] ? [[job, outcomes[i]]] : [])));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return new Map(jobs.map((job) => [job, { kind: 'later', reason }]));
    }
  }

  function conclude(lane: Lane, job: PushJob, outcome: PushOutcome | undefined): void {
    if (outcome?.kind === 'later') {
      tryLater(lane, outcome);
      return;
    }
    if (outcome?.kind === 'dead') {
      dropToken(job.device).catch((cause) => logger.warn('A dead push token is still there', { cause }));
    } else if (outcome?.kind === 'refused') logger.error('A push was refused', { reason: outcome.reason });
    lane.jobs.shift();
    lane.attempts = 0;
    settle(job, outcome?.kind === 'sent');
    if (lane.jobs.length > 0) wake(lane, 0);
    else lanes.delete(lane.key);
  }

  /** The newest of what people see and of what only the app hears: each says all that those before it did. */
  function tryLater(lane: Lane, { reason, afterMs = 0 }: Extract<PushOutcome, { kind: 'later' }>): void {
    tellTrouble(reason);
    const { jobs } = lane;
    const newest = [jobs.findLast(({ isAlert }) => isAlert), jobs.findLast(({ isAlert }) => !isAlert)];
    const from = jobs.findLastIndex(({ isReplacing }) => isReplacing);
    const isKept = (job: PushJob, i: number) => i >= from && newest.includes(job);
    lane.jobs = jobs.filter(isKept);
    for (const job of jobs) if (!lane.jobs.includes(job)) settle(job, false);
    const backOffMs = Math.min(FIRST_RETRY_MS * 2 ** lane.attempts, LAST_RETRY_MS);
    lane.attempts += 1;
    // Not all at once, when the provider comes back.
    wake(lane, Math.max(afterMs, backOffMs) * (1 + Math.random() / 2));
  }

  function tellTrouble(reason: string): void {
    const nowMs = clock.now().getTime();
    if (nowMs - toldAtMs < TELL_AGAIN_AFTER_MS) return;
    toldAtMs = nowMs;
    logger.warn('Pushes do not get through for now; they are tried again', { reason, waiting: size });
  }

  function settle(job: PushJob, wasSent: boolean): void {
    size -= 1;
    job.onSettled?.(wasSent);
  }

  return {
    add,
    has: (device, about) => lanes.has(keyOf(device, about)),
    size: () => size,
    async stop() {
      isStopped = true;
      clearTimeout(timer);
      for (const lane of lanes.values()) clearTimeout(lane.timer);
      const patience = new Promise<void>((resolve) => setTimeout(resolve, STOP_WITHIN_MS).unref());
      await Promise.race([Promise.allSettled([...underWay]), patience]);
    },
  };
}

function keyOf({ userId, deviceId }: Pick<PushDevice, 'userId' | 'deviceId'>, about: string): string {
  return `${userId}:${deviceId}:${about}`;
}

/** Jobs of one kind are worded together. */
async function composeAll(jobs: readonly PushJob[]): Promise<Map<PushJob, PushNote>> {
  const byComposer = new Map<PushComposer, PushJob[]>();
  for (const job of jobs) {
    const same = byComposer.get(job.compose);
    if (same) same.push(job);
    else byComposer.set(job.compose, [job]);
  }
  const parts = await Promise.all([...byComposer].map(([compose, same]) => compose(same)));
  return new Map(parts.flatMap((notes) => [...notes]));
}
