import { assertMatchesSchema } from '../support/openapi';
import { storeUser, useDatabase } from '../support/user-fixtures';
import { type Api, startUserHarness, type UserHarness } from '../support/user-harness';

let harness: UserHarness;
let me: string;
let api: Api;

useDatabase('user_routes');
beforeAll(async () => {
  harness = await startUserHarness();
});
afterAll(() => harness.stop());
beforeEach(async () => {
  me = (await storeUser()).id;
  api = harness.as(me);
});

describe('GET /api/users/profile', () => {
  it('shows oneself with devices and which of them is online', async () => {
    await harness.deviceService.registerDevice(me, { deviceId: 'online', platform: 'web' });
    await harness.deviceService.registerDevice(me, { deviceId: 'offline' });
    const { status, body } = await api('GET', '/api/users/profile');
    expect(status).toBe(200);
    assertMatchesSchema('Me', body.user);
    expect(body.user).toMatchObject({
      id: me,
      devices: [
        { deviceId: 'online', platform: 'web', online: true },
        { deviceId: 'offline', platform: 'unknown', online: false },
      ],
    });
  });
});

describe('PUT /api/users/profile', () => {
  it('takes every field of a profile and nothing else', async () => {
    const patch = {
      name: 'Ann',
      username: `ann.${me.slice(-6)}`,
      bio: '',
      avatarUrl: 'https://example.org/a.png',
      privacy: { lastSeen: 'contacts', discoverable: false },
      settings: { theme: { dark: true }, sounds: ['a', 'b'] },
    };
    const forbidden = { phoneNumber: '+15550001111', socketIds: ['x'], deletedAt: '2020-01-01', _id: 'x' };
    const { status, body } = await api('PUT', '/api/users/profile', { ...patch, ...forbidden });
    expect(status).toBe(200);
    assertMatchesSchema('Me', body.user);
    expect(body.user).toMatchObject(patch);
    expect(body.user).toMatchObject({ id: me, socketIds: [] });
    expect(body.user).not.toMatchObject({ phoneNumber: '+15550001111' });
  });

  it('clears the picture and the username by null', async () => {
    await api('PUT', '/api/users/profile', {
      avatarUrl: 'https://example.org/a.png',
      username: `x${me.slice(-9)}`,
    });
    const { body } = await api('PUT', '/api/users/profile', { avatarUrl: null, username: null });
    expect(body.user).toMatchObject({ avatarUrl: null, username: null });
  });

  it.each([
    ['name', { name: '' }],
    ['name', { name: '   ' }],
    ['name', { name: null }],
    ['name', { name: 'x'.repeat(101) }],
    ['name', { name: { $ne: null } }],
    ['name', { name: ['Ann'] }],
    ['username', { username: 'ab' }],
    ['username', { username: 'with space' }],
    ['username', { username: 'ünicode' }],
    ['username', { username: ['abc'] }],
    ['bio', { bio: 7 }],
    ['avatarUrl', { avatarUrl: 'javascript:alert(1)' }],
    ['avatarUrl', { avatarUrl: '//example.org/a.png' }],
    ['privacy', { privacy: { lastSeen: 'friends' } }],
    ['privacy', { privacy: { discoverable: 'no' } }],
    ['privacy', { privacy: { unknown: 'everyone' } }],
    ['privacy', { privacy: { 'lastSeen.x': 'everyone' } }],
    ['privacy', { privacy: ['everyone'] }],
    ['settings', { settings: [] }],
    ['settings', { settings: { $set: 1 } }],
    ['settings', { settings: { deep: { 'a.b': 1 } } }],
    ['settings', '{"settings":{"__proto__":{"isAdmin":true}}}'],
    ['settings', { settings: { a: { b: { c: { d: { e: { f: 1 } } } } } } }],
    ['settings', { settings: { big: 'x'.repeat(9000) } }],
  ])('refuses a wrong %s (row %#)', async (path, body) => {
    const answer = await api('PUT', '/api/users/profile', body);
    expect(answer.status).toBe(400);
    assertMatchesSchema('Problem', answer.body);
    expect(answer.body).toMatchObject({ code: 'validation_failed', errors: [{ path }] });
  });

  it('answers a taken username with conflict', async () => {
    const { id: other } = await storeUser();
    const username = `taken_${me.slice(-8)}`;
    await harness.as(other)('PUT', '/api/users/profile', { username });
    const { status, body } = await api('PUT', '/api/users/profile', { username });
    expect([status, body.code]).toEqual([409, 'conflict']);
  });
});

describe('GET /api/users/search and /:userId', () => {
  it('shows people as others see them', async () => {
    const { id } = await storeUser({ name: 'Searchable Sam' });
    const { status, body } = await api('GET', '/api/users/search?q=able%20sam');
    expect(status).toBe(200);
    expect(body).toMatchObject({ users: [{ id, name: 'Searchable Sam' }], nextCursor: null });
    const one = await api('GET', `/api/users/${id}`);
    assertMatchesSchema('User', one.body.user);
    expect([one.body.user]).toEqual(body.users);
  });

  it.each([
    'search',
    'search?q=',
    'search?q=x',
    'search?q[$ne]=1',
    'search?q=a&q=b',
    `search?q=${'long'.repeat(26)}`,
    'search?q=sam&limit=0',
    'search?q=sam&cursor=zzz',
    'no-id',
  ])('refuses /api/users/%s', async (path) => {
    const { status, body } = await api('GET', `/api/users/${path}`);
    expect([status, body.code]).toEqual([400, 'validation_failed']);
  });

  it('does not know who does not exist', async () => {
    expect((await api('GET', `/api/users/${'f'.repeat(24)}`)).status).toBe(404);
  });
});

describe('contacts', () => {
  it('adds with 201, finds again with 200, and each sees what the other’s side allows', async () => {
    const other = await storeUser({
      privacy: { ...(await storeUser()).user.privacy, photo: 'contacts' },
      avatarUrl: 'https://example.org/b.png',
    });
    const first = await api('POST', '/api/users/add-contact', { userId: other.id });
    expect(first.status).toBe(201);
    assertMatchesSchema('Contact', first.body.contact);
    expect(first.body.contact).toMatchObject({ status: 'ACCEPTED', user: { avatarUrl: null } });
    expect(first.body.contact).not.toHaveProperty('user.phoneNumber');
    await harness.as(other.id)('POST', '/api/users/add-contact', { userId: me });
    const second = await api('POST', '/api/users/add-contact', { phoneNumber: other.user.phoneNumber });
    expect(second.status).toBe(200);
    expect(second.body.contact).toMatchObject({
      user: { avatarUrl: 'https://example.org/b.png', phoneNumber: other.user.phoneNumber },
    });
  });

  it('blocks, lists and unblocks', async () => {
    const { id: other } = await storeUser();
    const blocked = await api('POST', '/api/contacts/block', { userId: other });
    expect(blocked.status).toBe(200);
    assertMatchesSchema('Contact', blocked.body.contact);
    expect(blocked.body.contact).toMatchObject({ status: 'BLOCKED', direction: 'outgoing' });
    expect((await api('GET', '/api/contacts/blocked')).body).toEqual({
      contacts: [blocked.body.contact],
      nextCursor: null,
    });
    expect((await api('GET', '/api/contacts')).body).toEqual({ contacts: [], nextCursor: null });
    expect((await harness.as(other)('POST', '/api/users/add-contact', { userId: me })).status).toBe(403);
    const { id: contactId } = blocked.body.contact as { id: string };
    expect(await api('PATCH', `/api/contacts/unblock/${contactId}`)).toEqual({
      status: 200,
      body: { ok: true },
    });
    expect((await api('GET', '/api/contacts/blocked')).body).toMatchObject({ contacts: [] });
  });

  it.each([
    ['POST', '/api/users/add-contact', {}],
    ['POST', '/api/users/add-contact', { userId: { $ne: null } }],
    ['POST', '/api/users/add-contact', { userId: 'x' }],
    ['POST', '/api/users/add-contact', { phoneNumber: 5 }],
    ['POST', '/api/users/add-contact', { phoneNumber: '12' }],
    ['POST', '/api/contacts/block', undefined],
    ['POST', '/api/contacts/block', { userId: null }],
    ['PATCH', '/api/contacts/unblock/x', undefined],
    ['GET', '/api/contacts?limit=x', undefined],
  ])('refuses %s %s %j', async (method, path, body) => {
    const answer = await api(method, path, body);
    expect([answer.status, answer.body.code]).toEqual([400, 'validation_failed']);
  });
});

describe('devices', () => {
  it('lists and removes one’s own, and knows no others', async () => {
    const { id: other } = await storeUser();
    await harness.deviceService.registerDevice(me, { deviceId: 'mine:1/2', name: 'Tablet' });
    await harness.deviceService.registerDevice(other, { deviceId: 'theirs' });
    const { body } = await api('GET', '/api/users/devices');
    for (const device of body.devices as unknown[]) assertMatchesSchema('Device', device);
    expect(body.devices).toMatchObject([{ deviceId: 'mine:1/2', name: 'Tablet' }]);
    expect((await api('DELETE', '/api/users/devices/theirs')).status).toBe(404);
    const path = `/api/users/devices/${encodeURIComponent('mine:1/2')}`;
    expect(await api('DELETE', path)).toEqual({ status: 200, body: { ok: true } });
    expect((await api('GET', '/api/users/devices')).body).toEqual({ devices: [] });
  });
});

describe('DELETE /api/users/profile', () => {
  it('ends the account for its owner and for everybody', async () => {
    const { id: other } = await storeUser();
    expect(await api('DELETE', '/api/users/profile')).toEqual({ status: 200, body: { ok: true } });
    expect((await api('GET', '/api/users/profile')).status).toBe(401);
    expect((await harness.as(other)('GET', `/api/users/${me}`)).status).toBe(404);
  });
});
