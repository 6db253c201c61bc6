import { randomBytes } from 'node:crypto';
import { startTestApp, type TestApp } from '../support/app';
import { type Person, signUp } from '../support/client';

let app: TestApp;
let anna: Person;
let ben: Person;
let carl: Person;
const UNKNOWN_ID = 'f'.repeat(24);

beforeAll(async () => {
  app = await startTestApp();
  anna = await signUp(app, { name: 'Anna' });
  ben = await signUp(app, { name: 'Ben' });
  carl = await signUp(app, { name: 'Carl' });
});
afterAll(() => app.stop());

async function newGroup(): Promise<string> {
  const { body } = await anna.api('POST', '/api/chats/group', { name: 'Team', memberIds: [ben.id] });
  return body.chat.id;
}

describe('POST /api/chats/private', () => {
  it('answers 201 for a new chat and 200 for the one that was there', async () => {
    const made = await anna.api('POST', '/api/chats/private', { userId: ben.id });
    expect([made.status, made.body.chat.name]).toEqual([201, 'Ben']);
    const found = await ben.api('POST', '/api/chats/private', { userId: anna.id.toUpperCase() });
    expect([found.status, found.body.chat.id]).toEqual([200, made.body.chat.id]);
    const listed = await anna.api('GET', '/api/chats?limit=1000');
    expect(listed.body).toMatchObject({ chats: expect.any(Array), nextCursor: null });
    expect(listed.body.chats.map((chat: { id: string }) => chat.id)).toContain(made.body.chat.id);
  });

  it('refuses oneself, nobody and what is no id', async () => {
    const status = async (body: unknown) => (await anna.api('POST', '/api/chats/private', body)).status;
    expect(await status({ userId: anna.id })).toBe(400);
    expect(await status({ userId: UNKNOWN_ID })).toBe(404);
    expect(await status({ userId: { $ne: null } })).toBe(400);
    expect(await status({})).toBe(400);
    expect(await status([])).toBe(400);
  });
});

describe('POST /api/chats', () => {
  it('makes either kind', async () => {
    const pair = await anna.api('POST', '/api/chats', { type: 'private', memberIds: [carl.id] });
    expect([pair.status, pair.body.chat.type]).toEqual([201, 'private']);
    const again = await anna.api('POST', '/api/chats', { type: 'private', memberIds: [carl.id] });
    expect([again.status, again.body.chat.id]).toEqual([200, pair.body.chat.id]);
    const body = { type: 'group', memberIds: [ben.id, carl.id], name: ' Fishing ' };
    const group = await anna.api('POST', '/api/chats', body);
    expect([group.status, group.body.chat.name, group.body.chat.memberCount]).toEqual([201, 'Fishing', 3]);
  });

  it('refuses a group without a name, an unknown kind and two people in a private chat', async () => {
    const status = async (body: unknown) => (await anna.api('POST', '/api/chats', body)).status;
    expect(await status({ type: 'group', memberIds: [ben.id] })).toBe(400);
    expect(await status({ type: 'channel', memberIds: [ben.id] })).toBe(400);
    expect(await status({ type: 'private', memberIds: [ben.id, carl.id] })).toBe(400);
    expect(await status({ type: 'private' })).toBe(400);
  });
});

describe('POST /api/chats/group', () => {
  it('takes 1,023 others at most, and names who is unknown', async () => {
    const ids = Array.from({ length: 1024 }, () => randomBytes(12).toString('hex'));
    const tooMany = await anna.api('POST', '/api/chats/group', { name: 'Many', memberIds: ids });
    expect(tooMany.body).toMatchObject({ status: 400, errors: [{ path: 'memberIds' }] });
    const unknown = await anna.api('POST', '/api/chats/group', { name: 'Few', memberIds: [UNKNOWN_ID] });
    expect(unknown.body).toMatchObject({
      code: 'validation_failed',
      errors: [{ path: 'memberIds', message: `there is no user ${UNKNOWN_ID}` }],
    });
  });

  it.each([
    ['name', { name: '' }],
    ['name', { name: '   ' }],
    ['name', { name: 'x'.repeat(101) }],
    ['name', { name: { $gt: '' } }],
    ['description', { name: 'x', description: 5 }],
    ['avatarUrl', { name: 'x', avatarUrl: 'javascript:alert(1)' }],
    ['memberIds', { name: 'x', memberIds: 'all' }],
    ['memberIds', { name: 'x', memberIds: [{ $ne: 1 }] }],
  ])('refuses a wrong %s', async (path, body) => {
    const { status, body: problem } = await anna.api('POST', '/api/chats/group', body);
    expect([status, problem.errors[0].path]).toEqual([400, path]);
  });
});

describe('one chat', () => {
  it('can be run by its admins from joining to leaving', async () => {
    const id = await newGroup();
    const renamed = await anna.api('PUT', `/api/chats/${id}`, { name: 'Crew', avatarUrl: null });
    expect(renamed.body.chat).toMatchObject({ name: 'Crew', lastMessage: { content: { name: 'Crew' } } });
    const added = await anna.api('POST', `/api/chats/${id}/members`, { userIds: [carl.id] });
    expect([added.status, added.body.chat.memberCount]).toEqual([201, 3]);
    expect((await anna.api('POST', `/api/chats/${id}/members`, { userIds: [carl.id] })).status).toBe(200);
    const role = await anna.api('PUT', `/api/chats/${id}/members/${ben.id}`, { role: 'admin' });
    expect(role.body.chat.members).toContainEqual(expect.objectContaining({ userId: ben.id, role: 'admin' }));
    const removed = await ben.api('DELETE', `/api/chats/${id}/members/${carl.id}`);
    expect([removed.status, removed.body]).toEqual([200, { ok: true }]);
    expect((await carl.api('GET', `/api/chats/${id}`)).status).toBe(404);
    expect((await ben.api('DELETE', `/api/chats/${id}/members/${anna.id}`)).status).toBe(403);
    expect((await anna.api('DELETE', `/api/chats/${id}/members/${anna.id}`)).status).toBe(200);
    expect((await ben.api('GET', `/api/chats/${id}`)).body.chat.members).toEqual([
      expect.objectContaining({ userId: ben.id, role: 'owner' }),
    ]);
  });

  it('can be joined by a link that starts where the server is reached', async () => {
    const id = await newGroup();
    const { status, body } = await anna.api('POST', `/api/chats/${id}/invite`);
    expect([status, body.invite.url]).toEqual([201, `${app.url}/#join=${body.invite.token}`]);
    const joined = await carl.api('POST', `/api/chats/join/${body.invite.token}`);
    expect([joined.status, joined.body.chat.id]).toEqual([201, id]);
    expect((await carl.api('POST', `/api/chats/join/${body.invite.token}`)).status).toBe(200);
    expect((await carl.api('POST', `/api/chats/${id}/invite`)).status).toBe(403);
    expect((await anna.api('DELETE', `/api/chats/${id}/invite`)).body).toEqual({ ok: true });
    expect((await carl.api('POST', `/api/chats/join/${body.invite.token}`)).status).toBe(404);
  });

  it('has settings, each of which is checked', async () => {
    const id = await newGroup();
    const set = (body: unknown) => anna.api('PUT', `/api/chats/${id}/settings`, body);
    const mutedUntil = '2031-05-01T10:00:00+02:00';
    const answer = await set({ mutedUntil, pinned: true, archived: false, disappearingSeconds: 3600 });
    expect(answer.body.chat).toMatchObject({
      disappearingSeconds: 3600,
      settings: { mutedUntil: '2031-05-01T08:00:00.000Z', pinned: true, archived: false },
    });
    for (const [field, value] of [
      ['mutedUntil', 'tomorrow'],
      ['mutedUntil', 12],
      ['pinned', 'yes'],
      ['archived', 1],
      ['disappearingSeconds', 4],
      ['disappearingSeconds', 31_536_001],
      ['disappearingSeconds', '60'],
      ['disappearingSeconds', null],
    ] as const) {
      const { status, body } = await set({ [field]: value });
      expect([status, body.errors[0].path]).toEqual([400, field]);
    }
    const bens = await ben.api('PUT', `/api/chats/${id}/settings`, { disappearingSeconds: 0 });
    expect(bens.status).toBe(403);
  });

  it('does not exist for who is no member, on any path', async () => {
    const id = await newGroup();
    for (const [method, path, body] of [
      ['GET', ''],
      ['PUT', '', { name: 'Mine' }],
      ['PUT', '/settings', { pinned: true }],
      ['POST', '/members', { userIds: [carl.id] }],
      ['PUT', `/members/${ben.id}`, { role: 'admin' }],
      ['DELETE', `/members/${ben.id}`],
      ['POST', '/invite'],
      ['DELETE', '/invite'],
      ['GET', '/search?q=x'],
    ] as const) {
      expect((await carl.api(method, `/api/chats/${id}${path}`, body)).status).toBe(404);
      expect((await carl.api(method, `/api/chats/${UNKNOWN_ID}${path}`, body)).status).toBe(404);
      expect((await carl.api(method, `/api/chats/not-an-id${path}`, body)).status).toBe(400);
    }
  });
});

describe('POST /api/chats/:id/members', () => {
  it.each([['all'], [[]], [[5]], [null], [{ $gt: '' }], [undefined]])('refuses %j', async (userIds) => {
    const { status, body } = await anna.api('POST', `/api/chats/${await newGroup()}/members`, { userIds });
    expect([status, body.errors[0].path]).toEqual([400, 'userIds']);
  });
});

describe('the search for messages', () => {
  it('works in one chat and over all of them, page by page', async () => {
    const id = await newGroup();
    for (const text of ['Otter one', 'otters two', 'beaver']) {
      await anna.api('POST', '/api/messages', { chatId: id, content: { type: 'text', text } });
    }
    const inChat = await ben.api('GET', `/api/chats/${id}/search?q=otter&limit=1`);
    expect(inChat.body.messages.map((m: { content: { text: string } }) => m.content.text)).toEqual([
      'otters two',
    ]);
    const cursor = encodeURIComponent(inChat.body.nextCursor);
    const next = await ben.api('GET', `/api/chats/${id}/search?q=otter&limit=1&cursor=${cursor}`);
    expect(next.body).toMatchObject({ messages: [{ content: { text: 'Otter one' } }], nextCursor: null });
    const everywhere = await ben.api('GET', '/api/messages/search?q=OTT');
    expect(everywhere.body.messages).toHaveLength(2);
    expect((await carl.api('GET', '/api/messages/search?q=otter')).body.messages).toEqual([]);
  });

  it.each(['', '?q=', '?q=%20', `?q=${'x'.repeat(101)}`, '?q=a&cursor=x', '?q=a&limit=0'])(
    'refuses /api/messages/search%s',
    async (query) => {
      expect((await anna.api('GET', `/api/messages/search${query}`)).status).toBe(400);
    },
  );
});
