import type { Person } from '../support/client';
import {
  CHAT_KEYS,
  ISO_TIME,
  keysOf,
  say,
  startWorld,
  UNKNOWN_ID,
  type World,
} from '../support/native-world';

let world: World;
let alice: Person;
let bob: Person;
let carol: Person;
beforeAll(async () => {
  world = await startWorld();
  [alice, bob, carol] = [await world.person('Alice'), await world.person('Bob'), await world.person('Carol')];
});
afterAll(() => world.stop());

describe('POST /api/chats/private', () => {
  it('creates the private chat of two with 201, finds it with 200, from either side', async () => {
    const first = await alice.api('POST', '/api/chats/private', { userId: bob.id });
    expect(first.status).toBe(201);
    expect(keysOf(first.body)).toEqual(['chat']);
    const { chat } = first.body;
    expect(keysOf(chat)).toEqual(CHAT_KEYS);
    expect(chat).toMatchObject({
      type: 'private',
      name: 'Bob',
      description: '',
      memberCount: 2,
      lastMessage: null,
      unreadCount: 0,
      seq: 0,
      rev: 0,
      disappearingSeconds: 0,
      settings: { mutedUntil: null, pinned: false, archived: false },
      createdAt: expect.stringMatching(ISO_TIME),
      updatedAt: expect.stringMatching(ISO_TIME),
    });
    expect(keysOf(chat.members[0])).toEqual(['joinedAt', 'role', 'userId']);
    const again = await bob.api('POST', '/api/chats/private', { userId: alice.id });
    expect([again.status, again.body.chat.id, again.body.chat.name]).toEqual([200, chat.id, 'Alice']);
  });

  it('makes one chat when both create it at once', async () => {
    const [x, y] = [await world.person('X'), await world.person('Y')];
    const answers = await Promise.all([
      x.api('POST', '/api/chats/private', { userId: y.id }),
      y.api('POST', '/api/chats/private', { userId: x.id }),
    ]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 201]);
    expect(answers[0].body.chat.id).toBe(answers[1].body.chat.id);
  });

  it('refuses unknown users, oneself, and who is blocked', async () => {
    const code = async (userId: string) =>
      (await alice.api('POST', '/api/chats/private', { userId })).body.code;
    expect(await code(UNKNOWN_ID)).toBe('not_found');
    expect(await code(alice.id)).toBe('validation_failed');
    const foe = await world.person('Foe');
    await foe.api('POST', '/api/contacts/block', { userId: alice.id });
    expect(await code(foe.id)).toBe('forbidden');
  });
});

describe('POST /api/chats/group', () => {
  it('creates a group owned by its maker, without any message', async () => {
    const body = { name: 'Trip', memberIds: [bob.id], description: 'To the sea' };
    const answer = await alice.api('POST', '/api/chats/group', body);
    expect(answer.status).toBe(201);
    const { chat } = answer.body;
    expect(keysOf(chat)).toEqual(CHAT_KEYS);
    expect(chat).toMatchObject({
      type: 'group',
      name: 'Trip',
      description: 'To the sea',
      memberCount: 2,
      seq: 0,
    });
    const roles = chat.members.map((m: { userId: string; role: string }) => [m.userId, m.role]);
    expect(roles).toEqual(
      expect.arrayContaining([
        [alice.id, 'owner'],
        [bob.id, 'member'],
      ]),
    );
  });

  it('needs a name', async () => {
    expect((await alice.api('POST', '/api/chats/group', { memberIds: [] })).body.code).toBe(
      'validation_failed',
    );
  });
});

describe('POST /api/chats', () => {
  it('makes either kind by type', async () => {
    const [p, q] = [await world.person('P'), await world.person('Q')];
    const one = await p.api('POST', '/api/chats', { type: 'private', memberIds: [q.id] });
    expect([one.status, one.body.chat.type]).toEqual([201, 'private']);
    const group = await p.api('POST', '/api/chats', { type: 'group', memberIds: [q.id], name: 'Two' });
    expect([group.status, group.body.chat.type, group.body.chat.name]).toEqual([201, 'group', 'Two']);
  });
});

describe('GET /api/chats', () => {
  it('lists the own chats, the latest activity first, with last message and unread count', async () => {
    const reader = await world.person('Reader');
    const [older, newer] = [await world.privateChat(reader, alice), await world.privateChat(reader, bob)];
    await say(alice, older, 'one');
    const last = await say(alice, older, 'two');
    const { status, body } = await reader.api('GET', '/api/chats');
    expect(status).toBe(200);
    expect(keysOf(body)).toEqual(['chats', 'nextCursor']);
    expect(body.chats.map((chat: { id: string }) => chat.id)).toEqual([older, newer]);
    expect(body.chats[0]).toMatchObject({ unreadCount: 2, seq: 2, rev: 2, lastMessage: { id: last.id } });
  });

  it('pages by limit and cursor and clamps a limit that is too large', async () => {
    const reader = await world.person('Pager');
    for (const other of [alice, bob, carol]) await world.privateChat(reader, other);
    const first = (await reader.api('GET', '/api/chats?limit=2')).body;
    const second = (await reader.api('GET', `/api/chats?limit=2&cursor=${first.nextCursor}`)).body;
    expect([first.chats.length, second.chats.length, second.nextCursor]).toEqual([2, 1, null]);
    for (const limit of ['1000', '99999999999999999999']) {
      const all = await reader.api('GET', `/api/chats?limit=${limit}`);
      expect([all.status, all.body.chats?.length]).toEqual([200, 3]);
    }
  });

  it('shows the first 20 of a group in the list and all of them by GET /api/chats/:id', async () => {
    const people = await Promise.all(Array.from({ length: 21 }, (_, i) => world.person(`Member ${i}`)));
    const chatId = await world.group(alice, people, 'Crowd');
    const listed = (await alice.api('GET', '/api/chats')).body.chats.find(
      (chat: { id: string }) => chat.id === chatId,
    );
    expect([listed.members.length, listed.memberCount]).toEqual([20, 22]);
    expect((await alice.api('GET', `/api/chats/${chatId}`)).body.chat.members).toHaveLength(22);
  });

  it("does not show somebody else's chat", async () => {
    const chatId = await world.privateChat(alice, bob);
    const { status, body } = await carol.api('GET', `/api/chats/${chatId}`);
    expect([status, body.code]).toEqual([404, 'not_found']);
  });
});

describe('PUT /api/chats/:id/settings', () => {
  it("takes the member's own settings, which nobody else sees and which change no rev", async () => {
    const chatId = await world.group(alice, [bob]);
    const mutedUntil = '2031-01-01T00:00:00.000Z';
    const { status, body } = await alice.api('PUT', `/api/chats/${chatId}/settings`, {
      mutedUntil,
      pinned: true,
      archived: true,
    });
    expect(status).toBe(200);
    expect(body.chat).toMatchObject({ rev: 0, settings: { mutedUntil, pinned: true, archived: true } });
    const seenByBob = (await bob.api('GET', `/api/chats/${chatId}`)).body.chat;
    expect(seenByBob.settings).toEqual({ mutedUntil: null, pinned: false, archived: false });
  });

  it('lets either side of a private chat set disappearingSeconds, and a system message tells', async () => {
    const [p, q] = [await world.person('P'), await world.person('Q')];
    const chatId = await world.privateChat(p, q);
    const { body } = await q.api('PUT', `/api/chats/${chatId}/settings`, { disappearingSeconds: 3600 });
    expect(body.chat).toMatchObject({ disappearingSeconds: 3600, seq: 1, unreadCount: 0 });
    expect(body.chat.lastMessage.content).toMatchObject({ type: 'system', event: expect.any(String) });
    expect((await p.api('GET', `/api/chats/${chatId}`)).body.chat.unreadCount).toBe(0);
  });

  it('lets only admins of a group set disappearingSeconds', async () => {
    const chatId = await world.group(alice, [bob]);
    const { status, body } = await bob.api('PUT', `/api/chats/${chatId}/settings`, {
      disappearingSeconds: 60,
    });
    expect([status, body.code]).toEqual([403, 'forbidden']);
  });
});

describe('group administration', () => {
  it('renames by PUT /api/chats/:id, for admins', async () => {
    const chatId = await world.group(alice, [bob]);
    expect((await alice.api('PUT', `/api/chats/${chatId}`, { name: 'New' })).body.chat.name).toBe('New');
    expect((await bob.api('PUT', `/api/chats/${chatId}`, { name: 'Mine' })).body.code).toBe('forbidden');
    expect((await carol.api('PUT', `/api/chats/${chatId}`, { name: 'Mine' })).body.code).toBe('not_found');
  });

  it('adds and removes members, a plain member may remove only themselves', async () => {
    const chatId = await world.group(alice, [bob]);
    const added = await alice.api('POST', `/api/chats/${chatId}/members`, { userIds: [carol.id] });
    expect([added.status, added.body.chat.memberCount]).toEqual([201, 3]);
    const removal = (person: Person, target: Person) =>
      person.api('DELETE', `/api/chats/${chatId}/members/${target.id}`);
    expect((await bob.api('POST', `/api/chats/${chatId}/members`, { userIds: [carol.id] })).body.code).toBe(
      'forbidden',
    );
    expect((await bob.api('GET', `/api/chats/${chatId}`)).status).toBe(200);
    expect((await removal(bob, carol)).body.code).toBe('forbidden');
    expect((await removal(alice, carol)).body).toEqual({ ok: true });
    expect((await removal(bob, bob)).body).toEqual({ ok: true });
    expect((await bob.api('GET', `/api/chats/${chatId}`)).body.code).toBe('not_found');
  });

  it('gives roles by PUT /api/chats/:id/members/:userId', async () => {
    const chatId = await world.group(alice, [bob]);
    const { body } = await alice.api('PUT', `/api/chats/${chatId}/members/${bob.id}`, { role: 'admin' });
    expect(body.chat.members).toContainEqual(expect.objectContaining({ userId: bob.id, role: 'admin' }));
    expect((await bob.api('PUT', `/api/chats/${chatId}`, { name: 'By Bob' })).status).toBe(200);
  });

  it('lets people in by an invite link until it is withdrawn', async () => {
    const chatId = await world.group(alice, [bob]);
    const made = await alice.api('POST', `/api/chats/${chatId}/invite`);
    expect(made.status).toBe(201);
    expect(keysOf(made.body.invite)).toEqual(['expiresAt', 'token', 'url']);
    const { token } = made.body.invite;
    const joined = await carol.api('POST', `/api/chats/join/${token}`);
    expect([joined.status, joined.body.chat.id]).toEqual([201, chatId]);
    expect((await carol.api('POST', `/api/chats/join/${token}`)).status).toBe(200);
    expect((await alice.api('DELETE', `/api/chats/${chatId}/invite`)).body).toEqual({ ok: true });
    const late = await world.person('Late');
    expect((await late.api('POST', `/api/chats/join/${token}`)).body.code).toBe('not_found');
  });

  it('tells of each change by a system message that takes a seq and never counts as unread', async () => {
    const chatId = await world.group(alice, [bob]);
    await alice.api('POST', `/api/chats/${chatId}/members`, { userIds: [carol.id] });
    await alice.api('PUT', `/api/chats/${chatId}`, { name: 'Renamed' });
    const { messages } = (await bob.api('GET', `/api/chats/${chatId}/messages`)).body;
    expect(messages.map((m: { seq: number; content: { type: string } }) => [m.seq, m.content.type])).toEqual([
      [2, 'system'],
      [1, 'system'],
    ]);
    expect((await bob.api('GET', `/api/chats/${chatId}`)).body.chat).toMatchObject({
      unreadCount: 0,
      rev: 2,
    });
  });
});
