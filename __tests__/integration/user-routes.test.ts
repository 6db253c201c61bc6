import { startTestApp, type TestApp } from '../support/app';
import { call, connect, type Person, signUp } from '../support/client';

let app: TestApp;
let person: Person;
let me: string;
let api: Person['api'];

beforeAll(async () => {
  app = await startTestApp();
  person = await signUp(app, { name: 'Myself' });
  me = person.id;
  api = person.api;
});
afterAll(() => app.stop());

describe('GET /api/users/profile', () => {
  it('shows oneself with devices and which of them is online', async () => {
    const first = await signUp(app);
    const second = await signUp(app, { phoneNumber: first.phoneNumber });
    const socket = await connect(app, first);
    const { status, body } = await first.api('GET', '/api/users/profile');
    expect(status).toBe(200);
    expect(body.user).toMatchObject({
      id: first.id,
      online: true,
      socketIds: [socket.id],
      devices: [
        { deviceId: first.deviceId, online: true },
        { deviceId: second.deviceId, online: false },
      ],
    });
    socket.disconnect();
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
    const sent = typeof body === 'string' ? { rawBody: body } : { body };
    const answer = await call(app.url, 'PUT', '/api/users/profile', { token: person.accessToken, ...sent });
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({ code: 'validation_failed', errors: [{ path }] });
  });

  it('answers a taken username with conflict', async () => {
    const other = await signUp(app);
    const username = `taken_${me.slice(-8)}`;
    await other.api('PUT', '/api/users/profile', { username });
    const { status, body } = await api('PUT', '/api/users/profile', { username });
    expect([status, body.code]).toEqual([409, 'conflict']);
  });
});

describe('GET /api/users/search and /:userId', () => {
  it('shows people as others see them', async () => {
    const { id } = await signUp(app, { name: 'Searchable Sam' });
    const { status, body } = await api('GET', '/api/users/search?q=able%20sam');
    expect(status).toBe(200);
    expect(body).toMatchObject({ users: [{ id, name: 'Searchable Sam' }], nextCursor: null });
    const one = await api('GET', `/api/users/${id}`);
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
    const other = await signUp(app);
    const avatarUrl = 'https://example.org/b.png';
    await other.api('PUT', '/api/users/profile', { avatarUrl, privacy: { photo: 'contacts' } });
    const first = await api('POST', '/api/users/add-contact', { userId: other.id });
    expect(first.status).toBe(201);
    expect(first.body.contact).toMatchObject({ status: 'ACCEPTED', user: { avatarUrl: null } });
    expect(first.body.contact).not.toHaveProperty('user.phoneNumber');
    await other.api('POST', '/api/users/add-contact', { userId: me });
    const second = await api('POST', '/api/users/add-contact', { phoneNumber: other.phoneNumber });
    expect(second.status).toBe(200);
    expect(second.body.contact).toMatchObject({
      user: { avatarUrl, phoneNumber: other.phoneNumber },
    });
  });

  it('blocks, lists and unblocks', async () => {
    const [mine, other] = [await signUp(app), await signUp(app)];
    const blocked = await mine.api('POST', '/api/contacts/block', { userId: other.id });
    expect(blocked.status).toBe(200);
    expect(blocked.body.contact).toMatchObject({ status: 'BLOCKED', direction: 'outgoing' });
    expect((await mine.api('GET', '/api/contacts/blocked')).body).toEqual({
      contacts: [blocked.body.contact],
      nextCursor: null,
    });
    expect((await mine.api('GET', '/api/contacts')).body).toEqual({ contacts: [], nextCursor: null });
    expect((await other.api('POST', '/api/users/add-contact', { userId: mine.id })).status).toBe(403);
    const { id: contactId } = blocked.body.contact as { id: string };
    const unblocked = await mine.api('PATCH', `/api/contacts/unblock/${contactId}`);
    expect([unblocked.status, unblocked.body]).toEqual([200, { ok: true }]);
    expect((await mine.api('GET', '/api/contacts/blocked')).body).toMatchObject({ contacts: [] });
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
  it('lists one’s own, ends what is removed with its sockets, and knows no others', async () => {
    const phone = await signUp(app);
    const deviceId = `tablet:1/${phone.id}`;
    const tablet = await signUp(app, { phoneNumber: phone.phoneNumber, deviceId });
    const stranger = await signUp(app);
    const socket = await connect(app, tablet);
    const { body } = await phone.api('GET', '/api/users/devices');
    expect(body.devices).toMatchObject([
      { deviceId: phone.deviceId, online: false },
      { deviceId, platform: 'unknown', online: true },
    ]);
    expect((await phone.api('DELETE', `/api/users/devices/${stranger.deviceId}`)).status).toBe(404);

    const cut = new Promise((resolve) => socket.once('disconnect', resolve));
    const removed = await phone.api('DELETE', `/api/users/devices/${encodeURIComponent(deviceId)}`);
    expect([removed.status, removed.body]).toEqual([200, { ok: true }]);
    await cut;
    expect((await tablet.api('GET', '/api/users/profile')).status).toBe(401);
    expect((await phone.api('GET', '/api/users/devices')).body.devices).toMatchObject([
      { deviceId: phone.deviceId },
    ]);
  });
});
