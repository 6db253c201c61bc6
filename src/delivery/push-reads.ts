import { createKeyedQueue } from '../helpers/keyed-queue';
import { createLru } from '../helpers/lru';
import { MembershipModel } from '../models/membership.model';
import type { PushMarkRecord } from '../models/push-mark.model';
import { chatCollapseId, presentClearedPush, subjectOf } from '../presenters/push.presenter';
import type { PushDevice } from '../services/push-token.service';
import type { PushNote } from '../types/push-note';
import { currentTokens, type PushParts } from './push-parts';
import type { PushComposer, PushJob } from './push-queue';

const STALE_AFTER_MS = 3_600_000;
const MAX_READERS = 10_000;

export interface ReadPushes {
  /** After a start: takes away what was sent since `since` and is read, should a crash have kept it there. */
  recover(since: Date): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Takes notifications away that were read, or put away, on another device: a silent push to each device without a connection that was
 * notified of the chat. One with a connection hears it there, the one it was read on knows.
 */
export function startReadPushes(parts: PushParts): ReadPushes {
  const { bus, clock, tokens, isConnected, facts, marks, queue } = parts;
  const inTurn = createKeyedQueue();
  const running = new Set<Promise<void>>();
  /** On which device a chat was read last, and how far. */
  const readers = createLru<{ deviceId: string; seq: number }>(MAX_READERS);
  const cleared = new WeakMap<PushJob, { chatId: string; upToSeq: number }>();

  /** Only what stands on the screen and is read to its end needs to go. */
  const compose: PushComposer = async (jobs) => {
    const userIds = jobs.map(({ device }) => device.userId);
    const [rows, badges, tokenOf] = await Promise.all([
      marks.find(
        jobs.map(({ about }) => about),
        userIds,
      ),
      facts.badges(userIds),
      currentTokens(parts, jobs),
    ]);
    const notes = new Map<PushJob, PushNote>();
    for (const job of jobs) {
      const row = rows.find((candidate) => isOf(candidate, job));
      const [what, token] = [cleared.get(job), tokenOf(job.device)];
      if (!row || !what || token === undefined || isConnected(job.device)) continue;
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
    const rows = await marks.find([about], [userId]);
    for (const device of devices) {
      const row = rows.find(({ deviceId }) => deviceId === device.deviceId);
      if (!row) continue;
      // What is said meanwhile is not forgotten with it.
      const seq = Math.min(upToSeq, Math.max(row.dueSeq, row.shownSeq));
      const key = { userId, deviceId: device.deviceId, about };
      const forget = () => void marks.forget(key, seq).catch(() => undefined);
      const reader = readers.get(`${userId}:${chatId}`);
      const hasRead = reader?.deviceId === device.deviceId && reader.seq >= upToSeq;
      if (hasRead || isConnected(device)) forget();
      else addJob(device, about, { chatId, upToSeq: seq }, forget);
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

  bus.on('device.acknowledged', ({ userId, deviceId, chatId, seq, isRead }) => {
    if (isRead) readers.set(`${userId}:${chatId}`, { deviceId, seq });
  });
  bus.on('receipt.moved', ({ userId, chatId, kind, toSeq }) =>
    kind === 'read' ? follow(userId, chatId, toSeq) : undefined,
  );
  bus.on('notifications.cleared', ({ userId, chatId }) => follow(userId, chatId, Number.MAX_SAFE_INTEGER));

  async function follow(userId: string, chatId: string, upToSeq: number): Promise<void> {
    const work = inTurn(userId, () => clear(userId, chatId, upToSeq));
    running.add(work);
    await work.finally(() => running.delete(work));
  }

  return {
    async recover(since) {
      for (const { userId, about } of await marks.shownSince(since)) {
        const { kind, id: chatId } = subjectOf(about);
        if (kind !== 'chat') continue;
        const place = await MembershipModel.findOne({ chatId, userId }, { readSeq: 1 }).lean();
        if (place) await follow(String(userId), chatId, place.readSeq);
      }
    },

    async stop() {
      await Promise.allSettled([...running]);
    },
  };
}

function isOf(row: PushMarkRecord, { device, about }: PushJob): boolean {
  return row.about === about && row.deviceId === device.deviceId && String(row.userId) === device.userId;
}
