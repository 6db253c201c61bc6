import { MAX_DEVICES_PER_USER } from '../../src/config/limits';
import { AppError } from '../../src/errors/app-error';
import { PushTokenModel } from '../../src/models/push-token.model';
import { UserModel } from '../../src/models/user.model';
import { createDeviceService } from '../../src/services/device.service';
import { createPushTokenService } from '../../src/services/push-token.service';
import { readUser, recordingBus, storeUser, useDatabase } from '../support/user-fixtures';

const { bus, heard } = recordingBus();
const revoked: string[] = [];
let now = Date.UTC(2026, 0, 1);
const clock = { now: () => new Date(now) };
const devices = createDeviceService({
  bus,
  clock,
  pushTokens: createPushTokenService({ bus, clock }),
  revokeDevice: async (_userId, deviceId) => {
    revoked.push(deviceId);
  },
});

async function tokensOf(userId: string): Promise<string[]> {
  const rows = await PushTokenModel.find({ userId }).sort({ deviceId: 1 }).lean();
  return rows.map(({ deviceId, _id }) => `${deviceId} ${_id}`);
}

useDatabase('devices');
beforeEach(() => {
  heard.length = 0;
  revoked.length = 0;
});

describe('registerDevice', () => {
  it('adds a device once and updates it after that', async () => {
    const { id } = await storeUser();
    await devices.registerDevice(id, { deviceId: 'phone', platform: 'ios', name: 'Mine', fcmToken: 't1' });
    now += 1000;
    const list = await devices.registerDevice(id, { deviceId: 'phone', fcmToken: 't2' });
    expect(list).toEqual([
      { deviceId: 'phone', platform: 'ios', name: 'Mine', lastSeenAt: new Date(now), isOnline: false },
    ]);
    expect(await tokensOf(id)).toEqual(['phone t2']);
    expect(heard).toEqual([
      ['devices.changed', { userId: id }],
      ['devices.changed', { userId: id }],
    ]);
    await devices.registerDevice(id, { deviceId: 'phone', fcmToken: null });
    expect(await tokensOf(id)).toEqual([]);
  });

  it('adds one device when the same one registers several times at once', async () => {
    const { id } = await storeUser();
    await Promise.all(Array.from({ length: 6 }, () => devices.registerDevice(id, { deviceId: 'phone' })));
    expect(await devices.listDevices(id)).toHaveLength(1);
  });

  it('gives a push token to the newest device that brings it, within an account and between accounts', async () => {
    const [{ id: first }, { id: second }] = [await storeUser(), await storeUser()];
    await devices.registerDevice(first, { deviceId: 'a', fcmToken: 'shared' });
    await devices.registerDevice(first, { deviceId: 'b', fcmToken: 'other' });
    await devices.registerDevice(first, { deviceId: 'c', fcmToken: 'shared' });
    expect(await tokensOf(first)).toEqual(['b other', 'c shared']);
    await devices.registerDevice(second, { deviceId: 'd', fcmToken: 'shared' });
    expect(await tokensOf(first)).toEqual(['b other']);
    expect(await tokensOf(second)).toEqual(['d shared']);
  });

  it('signs out the device not seen for longest when there are too many', async () => {
    const { id } = await storeUser();
    for (let i = 0; i <= MAX_DEVICES_PER_USER; i += 1) {
      now += 1000;
      await devices.registerDevice(id, { deviceId: `d${i}` });
    }
    expect(revoked).toEqual(['d0']);
    const ids = (await devices.listDevices(id)).map((device) => device.deviceId);
    expect(ids).toHaveLength(MAX_DEVICES_PER_USER);
    expect(ids).not.toContain('d0');
  });

  it('adds nothing to a deleted account', async () => {
    const { id } = await storeUser({ deletedAt: new Date() });
    await expect(devices.registerDevice(id, { deviceId: 'ghost' })).rejects.toBeInstanceOf(AppError);
    expect((await readUser(id)).devices).toEqual([]);
  });
});

describe('removeDevice', () => {
  it('ends the device’s sessions and forgets it', async () => {
    const { id } = await storeUser();
    await devices.registerDevice(id, { deviceId: 'old', fcmToken: 'old-token' });
    await devices.registerDevice(id, { deviceId: 'new', fcmToken: 'new-token' });
    const left = await devices.removeDevice(id, 'old');
    expect(left.map((device) => device.deviceId)).toEqual(['new']);
    expect(await tokensOf(id)).toEqual(['new new-token']);
    expect(revoked).toEqual(['old']);
  });

  it('does not know another person’s device', async () => {
    const [{ id: me }, { id: other }] = [await storeUser(), await storeUser()];
    await devices.registerDevice(other, { deviceId: 'theirs' });
    await expect(devices.removeDevice(me, 'theirs')).rejects.toMatchObject({ code: 'not_found' });
    expect(revoked).toEqual([]);
    expect(await UserModel.countDocuments({ _id: other, 'devices.deviceId': 'theirs' })).toBe(1);
  });
});
