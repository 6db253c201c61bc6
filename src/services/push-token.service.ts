import type { EventBus } from '../events/event-bus';
import { createLru } from '../helpers/lru';
import { toObjectId } from '../models/object-id';
import { PushTokenModel, type PushTokenRecord } from '../models/push-token.model';
import { SessionModel } from '../models/session.model';
import { trusted } from '../models/trusted';
import type { Clock } from '../types/clock';

/** A device that can be reached by push. */
export interface PushDevice {
  userId: string;
  deviceId: string;
  token: string;
  sessionId: string | undefined;
}

export interface PushTokenService {
  /** Makes a token this device's and nobody else's; the device's earlier one is forgotten. */
  claim(token: string, owner: { userId: string; deviceId: string; sessionId?: string }): Promise<void>;
  /** Forgets the device's token. */
  release(userId: string, deviceId: string): Promise<void>;
  /** Forgets a token that reaches nothing any more. */
  drop(device: PushDevice): Promise<void>;
  /** The devices of these users that have a token and are signed in. */
  devicesOf(userIds: readonly string[]): Promise<PushDevice[]>;
}

const MAX_KNOWN_USERS = 50_000;
/** Also bounds how long a device that another node signed out is taken to be signed in. */
const KNOWN_FOR_MS = 10_000;

/** Owns which token reaches which device. */
export function createPushTokenService({ bus, clock }: { bus: EventBus; clock: Clock }): PushTokenService {
  const known = createLru<PushDevice[]>(MAX_KNOWN_USERS, KNOWN_FOR_MS);
  let epoch = 0;

  function forget(userId: string): void {
    epoch += 1;
    known.delete(userId);
  }

  bus.on('devices.changed', ({ userId }) => forget(userId));
  bus.on('session.revoked', ({ userId }) => forget(userId));
  bus.on('user.deleted', ({ userId }) => forget(userId));

  return {
    async claim(token, { userId, deviceId, sessionId }) {
      const before = await PushTokenModel.findOneAndUpdate(
        { _id: token },
        { $set: { userId, deviceId, sessionId: sessionId ?? null } },
        { upsert: true },
      ).lean();
      await PushTokenModel.deleteMany({ userId, deviceId, _id: trusted({ $ne: token }) });
      if (before) forget(String(before.userId));
      forget(userId);
    },

    async release(userId, deviceId) {
      await PushTokenModel.deleteMany({ userId, deviceId });
      forget(userId);
    },

    async drop({ token, userId, deviceId }) {
      await PushTokenModel.deleteOne({ _id: token, userId, deviceId });
      forget(userId);
    },

    async devicesOf(userIds) {
      const found = new Map(userIds.map((userId) => [userId, known.get(userId)]));
      const unknown = userIds.filter((userId) => !found.get(userId));
      if (unknown.length > 0) {
        const startedAt = epoch;
        for (const [userId, devices] of await readDevices(unknown, clock.now())) {
          found.set(userId, devices);
          if (epoch === startedAt) known.set(userId, devices);
        }
      }
      return userIds.flatMap((userId) => found.get(userId) ?? []);
    },
  };
}

async function readDevices(userIds: readonly string[], now: Date): Promise<Map<string, PushDevice[]>> {
  const devices = new Map<string, PushDevice[]>(userIds.map((userId) => [userId, []]));
  const among = trusted({ $in: userIds.map(toObjectId) });
  const rows = await PushTokenModel.find({ userId: among }).lean();
  if (rows.length === 0) return devices;
  const isSignedIn = await readSignedIn(rows, now);
  for (const row of rows.filter(isSignedIn)) {
    const { _id, userId, deviceId, sessionId } = row;
    const device = {
      userId: String(userId),
      deviceId,
      token: _id,
      sessionId: sessionId ? String(sessionId) : undefined,
    };
    devices.get(device.userId)?.push(device);
  }
  return devices;
}

/** Signed in is a device with a live session, or whose token came with one that still lives. */
async function readSignedIn(rows: PushTokenRecord[], now: Date): Promise<(row: PushTokenRecord) => boolean> {
  const sessions = await SessionModel.find(
    {
      userId: trusted({ $in: rows.map(({ userId }) => userId) }),
      revokedAt: null,
      expiresAt: trusted({ $gt: now }),
    },
    { userId: 1, deviceId: 1 },
  ).lean();
  const sessionIds = new Set(sessions.map(({ _id }) => String(_id)));
  const places = new Set(sessions.map(({ userId, deviceId }) => `${userId}:${deviceId}`));
  return ({ userId, deviceId, sessionId }) =>
    places.has(`${userId}:${deviceId}`) || (sessionId !== null && sessionIds.has(String(sessionId)));
}
