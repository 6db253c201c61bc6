import { ContactModel } from '../../src/models/contact.model';
import { OtpChallengeModel } from '../../src/models/otp-challenge.model';
import { PushMarkModel } from '../../src/models/push-mark.model';
import { PushTokenModel } from '../../src/models/push-token.model';
import { StarModel } from '../../src/models/star.model';
import { UserModel } from '../../src/models/user.model';
import { UserChangeModel } from '../../src/models/user-change.model';
import { STRANGERS } from '../../src/policies/contact.policy';
import { presentUser } from '../../src/presenters/user.presenter';
import { createAccountService } from '../../src/services/account.service';
import { createContactRequestService } from '../../src/services/contact-request.service';
import { createRateCountService, type RateCountService } from '../../src/services/rate-count.service';
import { createUserChangeService } from '../../src/services/user-change.service';
import { testSigner } from '../support/signer';
import { readUser, recordingBus, storeUser, useDatabase } from '../support/user-fixtures';

const { bus, heard } = recordingBus();
const userChanges = createUserChangeService();
const NOW = new Date('2026-03-01T12:00:00Z');
const calls: string[] = [];
const errors: unknown[] = [];
/** Set to the name of the step at which the next erasure breaks off. */
let breaksAt: string | undefined;

function step(name: string) {
  return async (userId: string) => {
    calls.push(`${name} ${userId}`);
    if (breaksAt === name) throw new Error(`${name} broke off`);
  };
}

const accounts = createAccountService({
  bus,
  clock: { now: () => NOW },
  userChanges,
  revokeAll: step('revokeAll'),
  releaseFiles: step('releaseFiles'),
  endCalls: step('endCalls'),
  forgetActivity: step('forgetActivity'),
  leaveAllChats: step('leaveAllChats'),
  onError: (error) => errors.push(error),
});

async function person(phoneNumber: string) {
  const { id } = await storeUser({
    name: 'Dora',
    username: `dora${phoneNumber.slice(-4)}`,
    phoneNumber,
    bio: 'me',
    avatarUrl: 'https://example.org/d.png',
    email: `d${phoneNumber}@example.org`,
    settings: { secret: 'diary' },
    socketIds: ['s1'],
    devices: [{ deviceId: 'd', platform: 'ios', name: 'Phone', lastSeenAt: NOW }],
  });
  await PushTokenModel.create({ _id: `t${phoneNumber}`, userId: id, deviceId: 'd' });
  await PushMarkModel.create({ userId: id, deviceId: 'd', about: `chat-${id}`, at: NOW });
  const { id: friend } = await storeUser();
  const sides = { status: 'accepted', direction: 'outgoing' } as const;
  await ContactModel.create({ ownerId: id, userId: friend, ...sides });
  await ContactModel.create({ ownerId: friend, userId: id, ...sides });
  await StarModel.create({ userId: id, messageId: id, chatId: id, starredAt: NOW });
  await userChanges.record(id, 'star:x', true);
  const before = new Date(NOW.getTime() - 60_000);
  await OtpChallengeModel.create({ _id: phoneNumber, expiresAt: NOW, sentAt: before, purgeAt: NOW });
  return { id, friend };
}

function requestsWith(rateCounts: RateCountService) {
  return createContactRequestService({ bus, userChanges, rateCounts, clock: { now: () => NOW } });
}

async function leftOvers(id: string): Promise<number> {
  const counts = await Promise.all([
    ContactModel.countDocuments({ ownerId: id }),
    ContactModel.countDocuments({ userId: id }),
    StarModel.countDocuments({ userId: id }),
    PushTokenModel.countDocuments({ userId: id }),
    PushMarkModel.countDocuments({ userId: id }),
    UserChangeModel.countDocuments({ userId: id }),
  ]);
  return counts.reduce((sum, count) => sum + count, 0);
}

useDatabase('accounts');
beforeEach(() => {
  heard.length = 0;
  calls.length = 0;
  errors.length = 0;
  breaksAt = undefined;
});

describe('deleteAccount', () => {
  it('leaves a tombstone and nothing that belonged to the person', async () => {
    const { id, friend } = await person('+911000000001');
    await accounts.deleteAccount(id);
    const user = await readUser(id);
    expect(user).toEqual({
      _id: user._id,
      name: '',
      bio: '',
      avatarUrl: null,
      phoneVerified: false,
      emailVerified: false,
      socketIds: [],
      devices: [],
      privacy: expect.objectContaining({ discoverable: false }),
      settings: {},
      searchGrams: [],
      lastSeenAt: null,
      deletedAt: NOW,
      createdAt: expect.any(Date),
      updatedAt: expect.any(Date),
    });
    expect(presentUser(user, STRANGERS, testSigner).name).toBe('Deleted account');
    expect(await leftOvers(id)).toBe(0);
    expect(await OtpChallengeModel.countDocuments({ _id: '+911000000001' })).toBe(0);
    const steps = ['revokeAll', 'endCalls', 'leaveAllChats', 'forgetActivity', 'releaseFiles'];
    expect(calls).toEqual(steps.map((name) => `${name} ${id}`));
    expect(heard).toEqual([
      ['user.updated', { userId: id }],
      ['contact.changed', { ownerId: friend, userId: id }],
      ['user.deleted', { userId: id }],
    ]);
    expect((await userChanges.since(friend, 0)).states).toMatchObject([
      { key: `contact:${id}`, value: { status: 'NONE' } },
    ]);
  });

  it('ends the contact requests of the person, and those to the person', async () => {
    const { id } = await person('+911000000004');
    const [{ id: asked }, { id: asker }] = [await storeUser(), await storeUser()];
    const requests = requestsWith(createRateCountService({ clock: { now: () => NOW } }));
    await requests.request(id, { userId: asked });
    await requests.request(asker, { userId: id });
    await accounts.deleteAccount(id);
    expect(await leftOvers(id)).toBe(0);
    for (const other of [asked, asker]) {
      expect(await ContactModel.countDocuments({ ownerId: other })).toBe(0);
      expect((await userChanges.since(other, 0)).states).toMatchObject([
        { key: `contact:${id}`, value: { status: 'NONE' } },
      ]);
    }
  });

  it('leaves no request behind that was on its way to the person', async () => {
    const { id } = await person('+911000000005');
    const { id: asker } = await storeUser();
    const duringErasure = async () => {
      await accounts.deleteAccount(id);
      return { isOver: false, retryAfterSeconds: 0 };
    };
    const requests = requestsWith({ count: duringErasure, release: async () => undefined });
    await expect(requests.request(asker, { userId: id })).rejects.toMatchObject({ code: 'not_found' });
    expect(await leftOvers(id)).toBe(0);
    expect(await ContactModel.countDocuments({ ownerId: asker })).toBe(0);
    expect(heard.map(([name]) => name)).not.toContain('contact.requested');
  });

  it('frees phone, e-mail and username for another account at once', async () => {
    const { id } = await person('+911000000002');
    const { username, email } = await readUser(id);
    await accounts.deleteAccount(id);
    const again = await storeUser({ phoneNumber: '+911000000002', username, email });
    expect(again.id).not.toBe(id);
  });

  it('refuses an account that is gone, and lets one of two at once do it', async () => {
    const { id } = await person('+911000000003');
    const results = await Promise.allSettled([accounts.deleteAccount(id), accounts.deleteAccount(id)]);
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    await expect(accounts.deleteAccount(id)).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('resumeErasures', () => {
  it.each(['revokeAll', 'endCalls', 'leaveAllChats'])(
    'completes what broke off at %s, and then has nothing to do',
    async (name) => {
      const phone = `+9110000001${name.length}`;
      const { id } = await person(phone);
      breaksAt = name;
      await accounts.deleteAccount(id);
      expect(errors).toHaveLength(1);
      // What is kept of the person goes with the first write.
      expect(heard).toEqual([['user.updated', { userId: id }]]);
      expect(await readUser(id)).toMatchObject({ deletedAt: NOW, name: '', erasure: { startedAt: NOW } });
      expect(await UserModel.countDocuments({ phoneNumber: phone })).toBe(0);

      breaksAt = undefined;
      expect(await accounts.resumeErasures()).toBe(1);
      expect(await leftOvers(id)).toBe(0);
      expect(await readUser(id)).not.toHaveProperty('erasure');
      expect(heard).toContainEqual(['user.deleted', { userId: id }]);
      expect(await accounts.resumeErasures()).toBe(0);
    },
  );

  it('completes an erasure that was cut between two steps, and goes on past one that fails', async () => {
    const [{ id: cut }, { id: failing }] = [await person('+911000000201'), await person('+911000000202')];
    breaksAt = 'leaveAllChats';
    await accounts.deleteAccount(cut);
    await accounts.deleteAccount(failing);
    await ContactModel.deleteMany({ ownerId: cut });
    breaksAt = undefined;
    expect(await accounts.resumeErasures()).toBe(2);
    expect(await leftOvers(cut)).toBe(0);
    expect(await leftOvers(failing)).toBe(0);
  });

  it('leaves the new owner of the phone the code that was asked for since', async () => {
    const { id } = await person('+911000000301');
    breaksAt = 'leaveAllChats';
    await accounts.deleteAccount(id);
    const later = new Date(NOW.getTime() + 1000);
    await OtpChallengeModel.updateOne({ _id: '+911000000301' }, { sentAt: later });
    breaksAt = undefined;
    await accounts.resumeErasures();
    expect(await OtpChallengeModel.countDocuments({ _id: '+911000000301' })).toBe(1);
  });
});
