import { LRUCache } from 'lru-cache';
import type { EventBus } from '../events/event-bus';
import { createKeyedQueue } from '../helpers/keyed-queue';
import type { PushMarkRecord } from '../models/push-mark.model';
import { chatCollapseId, presentClearedPush } from '../presenters/push.presenter';
import type { PushFacts } from '../services/push-facts';
import type { PushMarks } from '../services/push-marks';
import type { PushDevice, PushTokenService } from '../services/push-token.service';
import type { Clock } from '../types/clock';
import type { PushNote } from '../types/push-note';
import { currentTokens, type WhoIsElsewhere } from './push-messages';
import type { PushComposer, PushJob, PushQueue } from './push-queue';

const STALE_AFTER_MS = 3_600_000;
const MAX_READERS = 10_000;

/**
 * Takes notifications away that were read, or put away, on another device: a silent push to each device without a connection that was
 * notified of the chat. One with a connection hears it there, the one it was read on knows.
 */
export function startReadPushes(deps: {
  bus: EventBus;
  clock: Clock;
  tokens: Pick<PushTokenService, 'devicesOf'>;
  isConnected: (device: PushDevice) => boolean;
  whoIsElsewhere: WhoIsElsewhere;
  facts: Pick<PushFacts, 'badges'>;
  marks: PushMarks;
  queue: PushQueue;
}): { stop(): Promise<void> } {
  const { bus, clock, tokens, isConnected, whoIsElsewhere, facts, marks, queue } = deps;
  const inTurn = createKeyedQueue();
  const running = new Set<Promise<void>>();
  /** On which device a chat was read last. */
  const readers = new LRUCache<string, string>({ max: MAX_READERS });
  const cleared = new WeakMap<PushJob, { chatId: string; upToSeq: number }>();

  /** Only what stands on the screen and is read to its end needs to go. */
  const compose: PushComposer = async (jobs) => {
    const userIds = jobs.map(({ device }) => device.userId);
    const devices = jobs.map(({ device }) => device);
    const [rows, badges, tokenOf, isElsewhere] = await Promise.all([
      marks.find(
        jobs.map(({ about }) => about),
        userIds,
      ),
      facts.badges(userIds),
      currentTokens(tokens, devices),
      whoIsElsewhere(devices),
    ]);
    const notes = new Map<PushJob, PushNote>();
    for (const job of jobs) {
      const row = rows.find((candidate) => isOf(candidate, job));
      const [what, token] = [cleared.get(job), tokenOf(job.device)];
      if (!row || !what || token === undefined) continue;
      if (isConnected(job.device) || isElsewhere(job.device)) continue;
      if (row.shownSeq === 0 || row.shownSeq > what.upToSeq) continue;
      const { chatId } = what;
      const badge = badges.get(job.device.userId) ?? 0;
      notes.set(job, { token, ...presentClearedPush({ chatId, readSeq: row.shownSeq, badge }) });
    }
    return notes;
  };

  async function clear(userId: string, chatId: string, upToSeq: number): Promise<void> {
    const devices = await tokens.devicesOf([userId]);
    if (devices.length === 0) return;
    const about = chatCollapseId(chatId);
    const [rows, isElsewhere] = await Promise.all([marks.find([about], [userId]), whoIsElsewhere(devices)]);
    for (const device of devices.filter(({ deviceId }) => rows.some((row) => row.deviceId === deviceId))) {
      const key = { userId, deviceId: device.deviceId, about };
      const forget = () => void marks.forget(key, upToSeq).catch(() => undefined);
      const isHere = isConnected(device) || isElsewhere(device);
      const knows = isHere || readers.get(`${userId}:${chatId}`) === device.deviceId;
      if (knows) forget();
      else addJob(device, about, { chatId, upToSeq }, forget);
    }
  }

  function addJob(
    device: PushDevice,
    about: string,
    what: { chatId: string; upToSeq: number },
    forget: () => void,
  ): void {
    const decidedAt = clock.now();
    const job: PushJob = {
      device,
      about,
      isUrgent: false,
      isAlert: false,
      isReplacing: false,
      decidedAt,
      staleAt: new Date(decidedAt.getTime() + STALE_AFTER_MS),
      compose,
      onSettled: forget,
    };
    cleared.set(job, what);
    queue.add(job);
  }

  bus.on('device.acknowledged', ({ userId, deviceId, chatId, isRead }) => {
    if (isRead) readers.set(`${userId}:${chatId}`, deviceId);
  });
  // Only the node on which it was done sends.
  bus.on('receipt.moved', ({ userId, chatId, kind, toSeq }, origin) =>
    kind === 'read' && origin === 'here' ? follow(userId, chatId, toSeq) : undefined,
  );
  bus.on('notifications.cleared', ({ userId, chatId }, origin) =>
    origin === 'here' ? follow(userId, chatId, Number.MAX_SAFE_INTEGER) : undefined,
  );

  async function follow(userId: string, chatId: string, upToSeq: number): Promise<void> {
    const work = inTurn(userId, () => clear(userId, chatId, upToSeq));
    running.add(work);
    await work.finally(() => running.delete(work));
  }

  return {
    async stop() {
      await Promise.allSettled([...running]);
    },
  };
}

function isOf(row: PushMarkRecord, { device, about }: PushJob): boolean {
  return row.about === about && row.deviceId === device.deviceId && String(row.userId) === device.userId;
}
