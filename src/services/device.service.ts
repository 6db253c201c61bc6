import { MAX_DEVICES_PER_USER } from '../config/limits';
import { invalidField, notFound } from '../errors/app-error';
import type { EventBus } from '../events/event-bus';
import { trusted } from '../models/trusted';
import { type DeviceRecord, type LiveDevice, liveDevicesOf, UserModel } from '../models/user.model';
import type { Clock } from '../types/clock';
import type { PushTokenService } from './push-token.service';

/** What a device says about itself. */
export interface DeviceInput {
  deviceId: string;
  platform?: string;
  name?: string;
  /** The push token; null forgets it. */
  fcmToken?: string | null;
}

export interface DeviceService {
  listDevices(userId: string): Promise<LiveDevice[]>;
  /**
   * Adds a device or updates it, and resolves to all of them. A push token belongs to one device, the newest that
   * brings it. Beyond 20 devices the one not seen for longest is signed out.
   */
  registerDevice(userId: string, input: DeviceInput, sessionId?: string): Promise<LiveDevice[]>;
  /** Signs a device of one's own out and forgets it. @throws not_found. */
  removeDevice(userId: string, deviceId: string): Promise<LiveDevice[]>;
}

export interface DeviceServiceDeps {
  bus: EventBus;
  clock: Clock;
  pushTokens: Pick<PushTokenService, 'claim' | 'release'>;
  /** Ends the sessions of one device, with their sockets. */
  revokeDevice(userId: string, deviceId: string): Promise<void>;
}

/** Who registers the same device at once is that device, trying again. */
const MAX_ATTEMPTS = 5;

export function createDeviceService(deps: DeviceServiceDeps): DeviceService {
  const { bus, clock, pushTokens, revokeDevice } = deps;

  async function forget(userId: string, deviceId: string): Promise<void> {
    await revokeDevice(userId, deviceId);
    await pushTokens.release(userId, deviceId);
    await UserModel.updateOne({ _id: userId }, { $pull: { devices: { deviceId } } });
  }

  return {
    listDevices,

    async registerDevice(userId, input, sessionId) {
      const { deviceId, fcmToken } = input;
      await putDevice(userId, input, clock.now());
      if (fcmToken) await pushTokens.claim(fcmToken, { userId, deviceId, sessionId });
      else if (fcmToken === null) await pushTokens.release(userId, deviceId);
      for (const device of surplusOf(await listDevices(userId), input.deviceId)) {
        await forget(userId, device.deviceId);
      }
      bus.emit('devices.changed', { userId });
      return listDevices(userId);
    },

    async removeDevice(userId, deviceId) {
      const devices = await listDevices(userId);
      if (!devices.some((device) => device.deviceId === deviceId)) throw notFound('The device');
      await forget(userId, deviceId);
      bus.emit('devices.changed', { userId });
      return listDevices(userId);
    },
  };
}

async function listDevices(userId: string): Promise<LiveDevice[]> {
  const user = await UserModel.findOne({ _id: userId, deletedAt: null }, { devices: 1, sockets: 1 }).lean();
  if (!user) throw notFound('The user');
  return liveDevicesOf(user);
}

async function putDevice(userId: string, input: DeviceInput, now: Date): Promise<void> {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    if ((await updateDevice(userId, input, now)) || (await addDevice(userId, input, now))) return;
  }
  throw invalidField('deviceId', 'is being registered and removed at the same time');
}

async function updateDevice(userId: string, input: DeviceInput, now: Date): Promise<boolean> {
  const { platform, name } = input;
  const { matchedCount } = await UserModel.updateOne(
    { _id: userId, 'devices.deviceId': input.deviceId },
    {
      $set: {
        'devices.$.lastSeenAt': now,
        ...(platform !== undefined && { 'devices.$.platform': platform }),
        ...(name !== undefined && { 'devices.$.name': name }),
      },
    },
  );
  return matchedCount === 1;
}

async function addDevice(userId: string, input: DeviceInput, now: Date): Promise<boolean> {
  const { deviceId, platform, name } = input;
  const device = { deviceId, platform, name, lastSeenAt: now };
  const { matchedCount } = await UserModel.updateOne(
    { _id: userId, deletedAt: null, 'devices.deviceId': trusted({ $ne: deviceId }) },
    { $push: { devices: device } },
  );
  return matchedCount === 1;
}

function surplusOf(devices: DeviceRecord[], keep: string): DeviceRecord[] {
  const others = devices
    .filter((device) => device.deviceId !== keep)
    .sort((a, b) => b.lastSeenAt.getTime() - a.lastSeenAt.getTime());
  return others.slice(MAX_DEVICES_PER_USER - 1);
}
