import type { ContactParties } from '../events/domain-events';
import { createKeyedQueue } from '../helpers/keyed-queue';
import { ContactModel } from '../models/contact.model';
import { trusted } from '../models/trusted';
import {
  type PushText,
  presentRequestGonePush,
  presentRequestPush,
  requestCollapseId,
  subjectOf,
} from '../presenters/push.presenter';
import type { PushDevice } from '../services/push-token.service';
import type { PushNote } from '../types/push-note';
import type { Requeue } from './push-owed';
import { currentTokens, type PushParts, unconnectedOf } from './push-parts';
import type { PushComposer, PushJob } from './push-queue';

const STALE_AFTER_MS = 24 * 3_600_000;
const MAX_RECOVERED = 1000;
/** To be answered, and not looked at. */
const OPEN = {
  status: 'pending',
  direction: 'incoming',
  isBlocked: false,
  viewedAt: null,
} as const;

export interface ContactPushes {
  requeue: Requeue;
  /** After a start: tells of what was asked since `since` and not told. */
  recover(since: Date, waitMs: number): Promise<void>;
}

/** Tells devices without a connection that somebody asks to be a contact, and takes it away once that is settled. */
export function startContactPushes(parts: PushParts): ContactPushes {
  const { bus, clock, tokens, isConnected, facts, marks, queue } = parts;
  const inTurn = createKeyedQueue();

  /** Words what is then true: the request is open and was not looked at, or it is neither and the notification goes. */
  const composer =
    (
      isOpenWanted: boolean,
      say: (requesterId: string, known: Known, badge: number) => PushText | undefined,
    ): PushComposer =>
    async (jobs) => {
      const waiting = jobs.filter(({ device }) => !isConnected(device));
      const userIds = waiting.map(({ device }) => device.userId);
      const requesterIds = waiting.map(({ about }) => subjectOf(about).id);
      const [open, names, badges, tokenOf] = await Promise.all([
        readOpen(userIds, requesterIds),
        facts.names(requesterIds),
        facts.badges(userIds),
        currentTokens(tokens, waiting),
      ]);
      const notes = new Map<PushJob, PushNote>();
      for (const job of waiting) {
        const { userId } = job.device;
        const requesterId = subjectOf(job.about).id;
        const token = tokenOf(job.device);
        if (token === undefined || open.has(`${userId}:${requesterId}`) !== isOpenWanted) continue;
        const text = say(requesterId, { names }, badges.get(userId) ?? 0);
        if (text) notes.set(job, { token, ...text });
      }
      return notes;
    };

  const composeRequest = composer(true, (requesterId, { names }, badge) => {
    const requester = names.get(requesterId);
    return requester && presentRequestPush(requester, badge);
  });
  const composeGone = composer(false, (requesterId, _known, badge) =>
    presentRequestGonePush(requesterId, badge),
  );

  function add(
    device: PushDevice,
    about: string,
    isRequest: boolean,
    onSettled: (wasSent: boolean) => void,
    waitMs = 0,
  ) {
    const decidedAt = clock.now();
    queue.add(
      {
        device,
        about,
        isUrgent: false,
        isAlert: isRequest,
        isReplacing: true,
        decidedAt,
        staleAt: new Date(decidedAt.getTime() + STALE_AFTER_MS),
        compose: isRequest ? composeRequest : composeGone,
        onSettled,
      },
      waitMs,
    );
  }

  function pushRequest(device: PushDevice, requesterId: string, waitMs = 0): void {
    const about = requestCollapseId(requesterId);
    const key = { userId: device.userId, deviceId: device.deviceId, about };
    // The same person may ask again another day.
    const seq = clock.now().getTime();
    marks.due(key, seq);
    add(device, about, true, (wasSent) => marks.done(key, seq, wasSent), waitMs);
  }

  /** From the devices that were told of the requests of these people, or of all. */
  async function takeAway(userId: string, requesterId?: string): Promise<void> {
    const devices = await tokens.devicesOf([userId]);
    if (devices.length === 0) return;
    const rows = await marks.ofUser(
      userId,
      requesterId === undefined ? 'request-' : requestCollapseId(requesterId),
    );
    for (const row of rows) {
      const device = devices.find(({ deviceId }) => deviceId === row.deviceId);
      const key = { userId, deviceId: row.deviceId, about: row.about };
      const forget = () => void marks.forget(key, row.dueSeq).catch(() => undefined);
      if (!device || isConnected(device) || row.shownSeq === 0) forget();
      else add(device, row.about, false, forget);
    }
  }

  bus.on('contact.requested', ({ requesterId, addresseeId }) =>
    inTurn(addresseeId, async () => {
      for (const device of await unconnectedOf(parts, [addresseeId])) pushRequest(device, requesterId);
    }),
  );

  const settle = ({ requesterId, addresseeId }: ContactParties) =>
    inTurn(addresseeId, () => takeAway(addresseeId, requesterId));
  bus.on('contact.accepted', settle);
  bus.on('contact.rejected', settle);
  bus.on('contact.withdrawn', settle);
  bus.on('contact.requests-viewed', ({ userId }) => inTurn(userId, () => takeAway(userId)));

  return {
    async requeue({ about }, device, waitMs) {
      pushRequest(device, subjectOf(about).id, waitMs);
      return true;
    },

    async recover(since, waitMs) {
      const asked = ContactModel.find({ ...OPEN, requestedAt: trusted({ $gte: since }) }).limit(
        MAX_RECOVERED,
      );
      for (const { ownerId, userId, requestedAt } of await asked.lean()) {
        const [addresseeId, requesterId] = [String(ownerId), String(userId)];
        const told = await marks.find([requestCollapseId(requesterId)], [addresseeId]);
        const isTold = (device: PushDevice) =>
          told.some((row) => row.deviceId === device.deviceId && row.dueSeq >= (requestedAt?.getTime() ?? 0));
        for (const device of await unconnectedOf(parts, [addresseeId]))
          if (!isTold(device)) pushRequest(device, requesterId, waitMs);
      }
    },
  };
}

interface Known {
  names: Awaited<ReturnType<PushParts['facts']['names']>>;
}

/** Which of the users has a request of which of the others to answer and to look at. */
async function readOpen(userIds: readonly string[], requesterIds: readonly string[]): Promise<Set<string>> {
  if (userIds.length === 0) return new Set();
  const sides = await ContactModel.find(
    { ownerId: trusted({ $in: [...userIds] }), userId: trusted({ $in: [...requesterIds] }), ...OPEN },
    { ownerId: 1, userId: 1 },
  ).lean();
  return new Set(sides.map(({ ownerId, userId }) => `${ownerId}:${userId}`));
}
