/** Seed 000 (dialect v1): every row of its tables and every rule, as a client written from nothing else meets them. */
import { randomUUID } from 'node:crypto';
import jwt from 'jsonwebtoken';
import sharp from 'sharp';
import { assertAckMatchesAsyncapi, assertMatchesAsyncapi } from '../support/asyncapi';
import { call, connect, freshPhone, openSocket, type Person, type TestSocket } from '../support/client';
import { keysOf, PROBLEM_KEYS, say, startWorld, textTo, type World } from '../support/native-world';
import { upload } from '../support/uploads';

const MESSAGE_KEYS =
  'clientMessageId content conversationId createdAt id mediaUrl senderId seq status type'.split(' ');
const CONVERSATION_KEYS = 'id lastMessage name participants type unreadCount updatedAt'.split(' ');

let world: World;
let alice: Person;
let bob: Person;
/** Somebody who speaks the native dialect. */
let nina: Person;

beforeAll(async () => {
  // Without a JWT_SECRET tokens are RS256, as the seed has them.
  world = await startWorld({ JWT_SECRET: '' });
  [alice, bob] = [await person('Alice'), await person('Bob')];
  nina = await world.person('Nina');
});
afterAll(() => world.stop());

const rest = (method: string, path: string, options: Parameters<typeof call>[3] = {}) =>
  call(world.app.url, method, `/api/v1${path}`, options);

/** Signs in as the seed's walk-through does. */
async function person(
  name: string,
  options: { phoneNumber?: string; deviceId?: string } = {},
): Promise<Person> {
  const phoneNumber = options.phoneNumber ?? freshPhone();
  await rest('POST', '/auth/request-otp', { body: { phoneNumber } });
  const deviceId = options.deviceId ?? `device-${randomUUID()}`;
  const { body } = await rest('POST', '/auth/verify-otp', { body: { phoneNumber, otp: '123456', deviceId } });
  const { accessToken: token, refreshToken, user } = body;
  const api: Person['api'] = (method, path, sent) => call(world.app.url, method, path, { token, body: sent });
  if (body.isNewUser) await api('PUT', '/api/v1/users/me', { name });
  return { user, id: user.id, phoneNumber, deviceId, accessToken: token, refreshToken, api };
}

/** A socket as the seed connects it: with the token and nothing else. */
async function socketOf(who: Person): Promise<TestSocket> {
  const socket = await connect(world.app, who, { auth: { token: who.accessToken } });
  socket.onAny((event: string, payload: unknown) => assertMatchesAsyncapi(event, payload, 'v1'));
  sockets.push(socket);
  return socket;
}
const sockets: TestSocket[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.disconnect();
});

async function direct(a: Person, b: Person): Promise<string> {
  return (await a.api('POST', '/api/v1/chat/conversations/direct', { userId: b.id })).body.conversation.id;
}

async function send(socket: TestSocket, conversationId: string, content: string, more: object = {}) {
  const ack = await socket.ask('message:send', {
    conversationId,
    type: 'text',
    content,
    clientMessageId: randomUUID(),
    ...more,
  });
  assertAckMatchesAsyncapi('message:send', ack, 'v1');
  return ack;
}

describe('Testing the Auth Flow', () => {
  it('runs as it is printed: request OTP, verify OTP, use the accessToken', async () => {
    const sent = await rest('POST', '/auth/request-otp', { body: { phoneNumber: '+911111111111' } });
    expect(sent.body).toMatchObject({ sent: true, expiresIn: 300 });
    const verified = await rest('POST', '/auth/verify-otp', {
      body: { phoneNumber: '+911111111111', otp: '123456', deviceId: 'test-device-1' },
    });
    expect(verified.status).toBe(200);
    const listed = await rest('GET', '/chat/conversations', { token: verified.body.accessToken });
    expect(listed.body).toEqual({ conversations: [], nextCursor: null });
  });
});

describe('Authentication', () => {
  it('POST /api/v1/auth/request-otp requests an OTP for a phone number, known or not', async () => {
    const { body } = await rest('POST', '/auth/request-otp', { body: { phoneNumber: freshPhone() } });
    expect(keysOf(body)).toEqual(['channel', 'expiresIn', 'resendAfter', 'sent']);
  });

  it('POST /api/v1/auth/verify-otp verifies the OTP and gives JWT tokens', async () => {
    const phoneNumber = freshPhone();
    await rest('POST', '/auth/request-otp', { body: { phoneNumber } });
    const { body } = await rest('POST', '/auth/verify-otp', {
      body: { phoneNumber, otp: '123456', deviceId: 'test-device-1' },
    });
    expect(body).toMatchObject({ tokenType: 'Bearer', isNewUser: true, deviceId: 'test-device-1' });
    expect(body.user).toEqual({
      id: expect.any(String),
      name: '',
      phoneNumber,
      about: '',
      avatarUrl: null,
      online: false,
      lastSeenAt: null,
    });
  });

  it('POST /api/v1/auth/refresh-token refreshes an expired access token, also by the device it is bound to', async () => {
    const who = await person('Refreshing');
    const { refreshToken, deviceId } = who;
    const other = await rest('POST', '/auth/refresh-token', { body: { refreshToken, deviceId: 'another' } });
    expect(other.body.code).toBe('unauthenticated');
    const { body } = await rest('POST', '/auth/refresh-token', { body: { refreshToken, deviceId } });
    expect(body.refreshToken).not.toBe(refreshToken);
    expect((await rest('GET', '/users/me', { token: body.accessToken })).body.user.id).toBe(who.id);
  });

  it('POST /api/v1/auth/logout revokes the tokens', async () => {
    const who = await person('Leaving');
    expect((await who.api('POST', '/api/v1/auth/logout')).body).toEqual({ ok: true });
    expect((await who.api('GET', '/api/v1/users/me')).body.code).toBe('unauthenticated');
    const { body } = await rest('POST', '/auth/refresh-token', { body: { refreshToken: who.refreshToken } });
    expect(body.code).toBe('unauthenticated');
  });
});

describe('Chat', () => {
  it('GET /api/v1/chat/conversations lists all conversations', async () => {
    const [carol, dave] = [await person('Carol'), await person('Dave')];
    const first = await direct(carol, dave);
    const { body } = await carol.api('POST', '/api/v1/groups', { name: 'Fishing', memberIds: [dave.id] });
    const listed = (await carol.api('GET', '/api/v1/chat/conversations')).body.conversations;
    expect(listed.map(({ id }: { id: string }) => id)).toEqual([body.group.id, first]);
    expect(listed.map(({ type }: { type: string }) => type)).toEqual(['group', 'direct']);
    expect(keysOf(listed[1])).toEqual(CONVERSATION_KEYS);
    expect(listed[1]).toMatchObject({ name: 'Dave', lastMessage: null, unreadCount: 0 });
    expect(listed[1].participants.map(({ name }: { name: string }) => name).sort()).toEqual([
      'Carol',
      'Dave',
    ]);
  });

  it('GET /api/v1/chat/conversations/:id/messages gives messages page by page, newest first', async () => {
    const [carol, dave] = [await person('Carol'), await person('Dave')];
    const id = await direct(carol, dave);
    const socket = await socketOf(carol);
    for (const text of ['one', 'two', 'three']) await send(socket, id, text);
    const path = `/api/v1/chat/conversations/${id}/messages`;
    const first = (await dave.api('GET', `${path}?limit=2`)).body;
    expect(first.messages.map(({ content }: { content: string }) => content)).toEqual(['three', 'two']);
    expect(keysOf(first.messages[0])).toEqual(MESSAGE_KEYS);
    const second = (await dave.api('GET', `${path}?limit=2&before=${first.nextCursor}`)).body;
    expect(second.messages.map(({ content }: { content: string }) => content)).toEqual(['one']);
    expect(second.nextCursor).toBeNull();
  });

  it('POST /api/v1/chat/conversations/direct creates a direct chat, and finds it', async () => {
    const [carol, dave] = [await person('Carol'), await person('Dave')];
    const path = '/api/v1/chat/conversations/direct';
    const made = await carol.api('POST', path, { userId: dave.id });
    const found = await dave.api('POST', path, { phoneNumber: carol.phoneNumber });
    expect([made.status, found.status]).toEqual([201, 200]);
    expect(found.body.conversation.id).toBe(made.body.conversation.id);
    expect((await carol.api('POST', path, {})).body.code).toBe('validation_failed');
    expect((await carol.api('POST', path, { phoneNumber: '+919999999999' })).body.code).toBe('not_found');
  });

  it('POST /api/v1/chat/conversations/:id/read marks it as read', async () => {
    const id = await direct(alice, bob);
    const socket = await socketOf(alice);
    await send(socket, id, 'read me');
    const unread = async () =>
      (await bob.api('GET', '/api/v1/chat/conversations')).body.conversations[0].unreadCount;
    expect(await unread()).toBe(1);
    expect((await bob.api('POST', `/api/v1/chat/conversations/${id}/read`)).body).toEqual({ ok: true });
    expect(await unread()).toBe(0);
    expect(await socket.waitFor('message:status')).toMatchObject({ conversationId: id, status: 'read' });
  });
});

describe('Users', () => {
  it('GET /api/v1/users/me gets the own profile', async () => {
    const { user } = (await alice.api('GET', '/api/v1/users/me')).body;
    expect(user).toMatchObject({ id: alice.id, name: 'Alice', phoneNumber: alice.phoneNumber });
  });

  it('PUT /api/v1/users/me updates the profile', async () => {
    const who = await person('Before');
    const { body } = await who.api('PUT', '/api/v1/users/me', { name: 'After', about: 'Gone fishing' });
    expect(body.user).toMatchObject({ name: 'After', about: 'Gone fishing' });
    const native = (await who.api('GET', '/api/users/profile')).body.user;
    expect(native).toMatchObject({ name: 'After', bio: 'Gone fishing' });
  });

  it('GET /api/v1/users/search?q= searches users', async () => {
    const zoe = await person('Zoe Quibble');
    const { body } = await alice.api('GET', '/api/v1/users/search?q=quibb');
    expect(body.users.map(({ id }: { id: string }) => id)).toEqual([zoe.id]);
    expect(body.users[0].phoneNumber).toBeUndefined();
  });

  it('POST /api/v1/users/contacts/sync syncs contacts: who is here stands in the own address book from then on', async () => {
    const [carol, dave] = [await person('Carol'), await person('Dave')];
    const spaced = `${dave.phoneNumber.slice(0, 3)} ${dave.phoneNumber.slice(3)}`;
    const phoneNumbers = [spaced, '+919999999999', 'no number', carol.phoneNumber];
    const { body } = await carol.api('POST', '/api/v1/users/contacts/sync', { phoneNumbers });
    expect(body.contacts).toEqual([
      { phoneNumber: spaced, user: expect.objectContaining({ id: dave.id, name: 'Dave' }) },
    ]);
    const contacts = async (who: Person) => (await who.api('GET', '/api/contacts')).body.contacts;
    expect((await contacts(carol)).map(({ user }: { user: { id: string } }) => user.id)).toEqual([dave.id]);
    expect(await contacts(dave)).toEqual([]);
    const again = await carol.api('POST', '/api/v1/users/contacts/sync', { phoneNumbers });
    expect(again.body).toEqual(body);
  });

  it('contacts sync passes over who blocked me and who does not want to be found', async () => {
    const [carol, dave, eve] = [await person('Carol'), await person('Dave'), await person('Eve')];
    await dave.api('POST', '/api/contacts/block', { userId: carol.id });
    await eve.api('PUT', '/api/users/profile', { privacy: { discoverable: false } });
    const phoneNumbers = [dave.phoneNumber, eve.phoneNumber];
    const { body } = await carol.api('POST', '/api/v1/users/contacts/sync', { phoneNumbers });
    expect(body).toEqual({ contacts: [] });
  });
});

describe('Media', () => {
  const picture = () =>
    sharp({ create: { width: 40, height: 30, channels: 3, background: 'teal' } })
      .jpeg()
      .toBuffer();
  const uploaded = async (who: Person) =>
    (await upload(world.app, who, { bytes: await picture(), name: 'lake.jpg', path: '/api/v1/media/upload' }))
      .body;
  const bytes = (path: string, who?: Person) =>
    fetch(path.startsWith('http') ? path : `${world.app.url}/api/v1/media/${path}`, {
      headers: who ? { authorization: `Bearer ${who.accessToken}` } : {},
    });

  it('POST /api/v1/media/upload uploads a file', async () => {
    const media = await uploaded(alice);
    expect(keysOf(media)).toEqual(['id', 'mimeType', 'name', 'size', 'thumbnailUrl', 'url']);
    expect(media).toMatchObject({ name: `${media.id}.jpg`, mimeType: 'image/jpeg' });
    expect((await bytes(media.url)).status).toBe(200);
  });

  it('GET /api/v1/media/files/:name downloads it, for those who may see it', async () => {
    const media = await uploaded(alice);
    const answer = await bytes(`files/${media.name}`, alice);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'image/jpeg']);
    expect((await bytes(`files/${media.name}`)).status).toBe(401);
    expect((await bytes(`files/${media.name}`, bob)).status).toBe(404);
    await send(await socketOf(alice), await direct(alice, bob), '', { type: 'image', mediaId: media.id });
    expect((await bytes(`files/${media.name}`, bob)).status).toBe(200);
  });

  it('GET /api/v1/media/thumbnails/:name gives its thumbnail', async () => {
    const media = await uploaded(alice);
    const answer = await bytes(`thumbnails/${media.name}`, alice);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'image/webp']);
  });

  it('a message takes a file by mediaId with a caption, by the url of the upload, or by its path', async () => {
    const id = await direct(alice, bob);
    const socket = await socketOf(alice);
    const media = await uploaded(alice);
    const captioned = await send(socket, id, 'The lake', { type: 'image', mediaId: media.id });
    expect(captioned.message).toMatchObject({
      type: 'image',
      content: 'The lake',
      mediaUrl: expect.any(String),
    });
    expect((await bytes(captioned.message.mediaUrl)).status).toBe(200);
    for (const content of [media.url, `/api/v1/media/files/${media.name}`]) {
      const ack = await send(socket, id, content, { type: 'image' });
      expect(ack.message).toMatchObject({ type: 'image', content: '', mediaUrl: captioned.message.mediaUrl });
    }
  });
});

describe('Groups', () => {
  it('POST /api/v1/groups creates a group, which is a conversation', async () => {
    const { status, body } = await alice.api('POST', '/api/v1/groups', {
      name: 'Fishing',
      memberIds: [bob.id],
    });
    expect(status).toBe(201);
    expect(body.group).toMatchObject({ type: 'group', name: 'Fishing' });
    expect(body.group.participants).toHaveLength(2);
    const listed = (await bob.api('GET', '/api/v1/chat/conversations')).body.conversations;
    expect(listed[0].id).toBe(body.group.id);
  });

  it('PUT /api/v1/groups/:id updates it, for its admins', async () => {
    const { group } = (await alice.api('POST', '/api/v1/groups', { name: 'Old', memberIds: [bob.id] })).body;
    const { body } = await alice.api('PUT', `/api/v1/groups/${group.id}`, { name: 'New' });
    expect(body.group.name).toBe('New');
    expect((await bob.api('PUT', `/api/v1/groups/${group.id}`, { name: 'Mine' })).body.code).toBe(
      'forbidden',
    );
    expect((await nina.api('PUT', `/api/v1/groups/${group.id}`, { name: 'Mine' })).body.code).toBe(
      'not_found',
    );
  });

  it('POST /api/v1/groups/:id/members adds members', async () => {
    const { group } = (await alice.api('POST', '/api/v1/groups', { name: 'Growing', memberIds: [] })).body;
    const path = `/api/v1/groups/${group.id}/members`;
    const added = await alice.api('POST', path, { userIds: [bob.id] });
    expect([added.status, added.body.group.participants.length]).toEqual([201, 2]);
    expect((await alice.api('POST', path, { userIds: [bob.id] })).status).toBe(200);
  });

  it('DELETE /api/v1/groups/:id/members/:uid removes a member', async () => {
    const { group } = (await alice.api('POST', '/api/v1/groups', { name: 'Small', memberIds: [bob.id] }))
      .body;
    const path = `/api/v1/groups/${group.id}/members`;
    expect((await bob.api('DELETE', `${path}/${alice.id}`)).body.code).toBe('forbidden');
    expect((await alice.api('DELETE', `${path}/${bob.id}`)).body).toEqual({ ok: true });
    const gone = await bob.api('GET', `/api/v1/chat/conversations/${group.id}/messages`);
    expect(gone.body.code).toBe('not_found');
  });
});

describe('WebSocket Events', () => {
  it('Connect with { auth: { token: "<accessToken>" } }, and with nothing else nobody is let in', async () => {
    const socket = await socketOf(alice);
    expect((await socket.ask('sync:request')).ok).toBe(true);
    const refused = openSocket(world.app.url, { auth: { token: 'no token' } });
    await new Promise((resolve) => refused.once('connect_error', resolve));
    expect(refused.connected).toBe(false);
    refused.disconnect();
  });

  it('message:send sends a message and is acknowledged with it', async () => {
    const id = await direct(alice, bob);
    const socket = await socketOf(alice);
    const clientMessageId = randomUUID();
    const { ok, message } = await send(socket, id, 'Hello', { clientMessageId });
    expect(ok).toBe(true);
    expect(keysOf(message)).toEqual(MESSAGE_KEYS);
    expect(message).toMatchObject({
      conversationId: id,
      senderId: alice.id,
      type: 'text',
      content: 'Hello',
      mediaUrl: null,
      status: 'sent',
      clientMessageId,
    });
    const again = await send(socket, id, 'Hello', { clientMessageId });
    expect(again.message.id).toBe(message.id);
    const other = await send(socket, id, 'Something else', { clientMessageId });
    expect(other.error.code).toBe('conflict');
  });

  it('message:send carries a place as "lat,lng", and an answer by replyToId', async () => {
    const id = await direct(alice, bob);
    const socket = await socketOf(alice);
    const place = await send(socket, id, '48.1,-11.5', { type: 'location' });
    expect(place.message).toMatchObject({ type: 'location', content: '48.1,-11.5' });
    const reply = await send(socket, id, 'There?', { replyToId: place.message.id });
    const seen = (await nina.api('GET', `/api/messages/${reply.message.id}`)).body;
    expect(seen.code).toBe('not_found');
    const native = (await bob.api('GET', `/api/messages/${reply.message.id}`)).body.message;
    expect(native.replyTo.id).toBe(place.message.id);
    const nowhere = await send(socket, id, 'here', { type: 'location' });
    expect(nowhere.error).toMatchObject({ code: 'validation_failed', errors: [{ path: 'content' }] });
  });

  it('message:new tells all devices but the socket that sent it', async () => {
    const id = await direct(alice, bob);
    const [sending, other, bobs] = [await socketOf(alice), await socketOf(alice), await socketOf(bob)];
    const { message } = await send(sending, id, 'Heard by all others');
    const isIt = (heard: { id: string }) => heard.id === message.id;
    expect(await bobs.waitFor('message:new', isIt)).toEqual({ ...message, clientMessageId: null });
    expect(await other.waitFor('message:new', isIt)).toEqual(message);
    // Typing passes the same way afterwards, so that what was not heard by then does not come.
    await bobs.ask('typing:start', { conversationId: id });
    await sending.waitFor('typing:start');
    expect(sending.heard('message:new')).toEqual([]);
  });

  it('without a callback message:status says that the message is stored', async () => {
    const id = await direct(alice, bob);
    const socket = await socketOf(alice);
    const clientMessageId = randomUUID();
    socket.emit('message:send', {
      conversationId: id,
      type: 'text',
      content: 'No callback',
      clientMessageId,
    });
    const told = await socket.waitFor('message:status', ({ status }) => status === 'sent');
    expect(told).toMatchObject({ conversationId: id, clientMessageId, messageId: expect.any(String) });
    socket.emit('message:send', { conversationId: id, type: 'poem', content: 'x' });
    expect(await socket.waitFor('operation-error')).toMatchObject({
      code: 'validation_failed',
      event: 'message:send',
    });
  });

  it('message:delivered acknowledges the delivery', async () => {
    const id = await direct(alice, bob);
    const [alices, bobs] = [await socketOf(alice), await socketOf(bob)];
    const { message } = await send(alices, id, 'Delivered?');
    expect(await bobs.ask('message:delivered', { messageId: message.id })).toEqual({ ok: true });
    const told = await alices.waitFor('message:status', ({ messageId }) => messageId === message.id);
    expect(told).toEqual({
      conversationId: id,
      messageId: message.id,
      userId: bob.id,
      status: 'delivered',
      upToSeq: message.seq,
    });
  });

  it('message:read marks the conversation read', async () => {
    const id = await direct(alice, bob);
    const [alices, bobs] = [await socketOf(alice), await socketOf(bob)];
    const { message } = await send(alices, id, 'Read?');
    expect(await bobs.ask('message:read', { conversationId: id })).toEqual({ ok: true });
    const isRead = ({ messageId, status }: { messageId: string; status: string }) =>
      messageId === message.id && status === 'read';
    expect(await alices.waitFor('message:status', isRead)).toMatchObject({ userId: bob.id });
  });

  it('message:status is an update of the status (delivered/read), also for what another dialect does', async () => {
    const id = await direct(alice, nina);
    const [alices, ninas] = [await socketOf(alice), await world.socket(nina)];
    const { message } = await send(alices, id, 'To native');
    await ninas.ask('message_delivered', { messageId: message.id });
    await ninas.ask('message_read', { chatId: id });
    for (const status of ['delivered', 'read']) {
      const isIt = (told: { messageId: string; status: string }) =>
        told.messageId === message.id && told.status === status;
      expect(await alices.waitFor('message:status', isIt)).toMatchObject({ userId: nina.id });
    }
  });

  it('typing:start/stop are typing indicators in both directions', async () => {
    const id = await direct(alice, bob);
    const [alices, bobs] = [await socketOf(alice), await socketOf(bob)];
    await alices.ask('typing:start', { conversationId: id });
    expect(await bobs.waitFor('typing:start')).toEqual({ conversationId: id, userId: alice.id });
    await alices.ask('typing:stop', { conversationId: id });
    expect(await bobs.waitFor('typing:stop')).toEqual({ conversationId: id, userId: alice.id });
    expect(alices.heard('typing:start')).toEqual([]);
  });

  it('sync:request syncs after a reconnect, in the words of this dialect', async () => {
    const [carol, dave] = [await person('Carol'), await person('Dave')];
    const id = await direct(carol, dave);
    const carols = await socketOf(carol);
    const { message } = await send(carols, id, 'While you were away');
    const daves = await socketOf(dave);
    const all = await daves.ask('sync:request', { cursors: {} });
    assertAckMatchesAsyncapi('sync:request', all, 'v1');
    expect(all.conversations.map((one: { id: string }) => one.id)).toEqual([id]);
    expect(all.messages).toEqual([{ ...message, clientMessageId: null }]);
    expect(all.receipts).toContainEqual(expect.objectContaining({ conversationId: id, userId: carol.id }));
    await send(carols, id, 'And more');
    const more = await daves.ask('sync:request', { cursors: all.nextCursors });
    expect(more.messages.map(({ content }: { content: string }) => content)).toEqual(['And more']);
    expect(more.complete).toBe(true);
  });
});

describe('what the seed has no words for', () => {
  it('goes out as message:updated, message:deleted and message:reaction', async () => {
    const id = await direct(alice, nina);
    const alices = await socketOf(alice);
    const { message } = await send(alices, id, 'Frist');
    await nina.api('POST', `/api/messages/${message.id}/react`, { emoji: '👍' });
    expect(await alices.waitFor('message:reaction')).toEqual({
      conversationId: id,
      messageId: message.id,
      userId: nina.id,
      emoji: '👍',
    });
    await alice.api('PUT', `/api/messages/${message.id}`, { content: 'First' });
    expect(await alices.waitFor('message:updated')).toMatchObject({ id: message.id, content: 'First' });
    await alice.api('DELETE', `/api/messages/${message.id}?forEveryone=true`);
    expect(await alices.waitFor('message:deleted')).toEqual({ conversationId: id, messageId: message.id });
    const listed = (await alice.api('GET', `/api/v1/chat/conversations/${id}/messages`)).body.messages;
    expect(listed[0]).toMatchObject({ id: message.id, type: 'deleted', content: '', mediaUrl: null });
  });

  it('a system message is of type system and says what it tells', async () => {
    const { group } = (await alice.api('POST', '/api/v1/groups', { name: 'Told', memberIds: [] })).body;
    const socket = await socketOf(alice);
    await alice.api('POST', `/api/v1/groups/${group.id}/members`, { userIds: [bob.id] });
    const told = await socket.waitFor('message:new', ({ conversationId }) => conversationId === group.id);
    expect(told).toMatchObject({ type: 'system', content: 'members_added', mediaUrl: null });
  });
});

describe('talking to the other dialects', () => {
  it('a native message arrives as message:new, and a message of this dialect as new_message', async () => {
    const id = await direct(alice, nina);
    const [alices, ninas] = [await socketOf(alice), await world.socket(nina)];
    const theirs = await say(nina, id, 'From native');
    expect(await alices.waitFor('message:new', (heard) => heard.id === theirs.id)).toMatchObject({
      conversationId: id,
      senderId: nina.id,
      type: 'text',
      content: 'From native',
    });
    const { message } = await send(alices, id, 'From v1');
    const heard = await ninas.waitFor('new_message', (told) => told.message.id === message.id);
    expect(heard.message.content).toEqual({ type: 'text', text: 'From v1' });
  });

  it('every event name of every dialect is understood on every connection, and told in the own words', async () => {
    const id = await direct(alice, nina);
    const [alices, ninas] = [await socketOf(alice), await world.socket(nina)];
    const sent = await alices.ask('send_message', textTo(id, 'Native words on a v1 connection'));
    expect(sent.message.chatId).toBe(id);
    const ack = await ninas.ask('message:send', { conversationId: id, type: 'text', content: 'And back' });
    expect(ack.message).toMatchObject({ conversationId: id, content: 'And back' });
    await alices.waitFor('message:new', (heard) => heard.id === ack.message.id);
    await ninas.waitFor('new_message', (heard) => heard.message.id === ack.message.id);
  });

  it('the same clientMessageId is the tempId of the other surfaces', async () => {
    const id = await direct(alice, bob);
    const clientMessageId = randomUUID();
    const { message } = await send(await socketOf(alice), id, 'Once', { clientMessageId });
    const again = await alice.api('POST', '/api/messages', {
      chatId: id,
      content: 'Once',
      tempId: clientMessageId,
    });
    expect([again.status, again.body.message.id]).toEqual([200, message.id]);
  });
});

describe('how a connection gets this dialect', () => {
  const heardBy = async (socket: TestSocket, who: Person) => {
    const id = await direct(bob, who);
    const { id: messageId } = await say(bob, id, 'Which words?');
    return Promise.race([
      socket.waitFor('message:new', (heard) => heard.id === messageId).then(() => 'v1'),
      socket.waitFor('new_message', (heard) => heard.message.id === messageId).then(() => 'native'),
    ]).finally(() => socket.disconnect());
  };

  it('by the login that made its session, also after a refresh', async () => {
    const who = await person('Logged in');
    const { body } = await rest('POST', '/auth/refresh-token', { body: { refreshToken: who.refreshToken } });
    expect(await heardBy(await connect(world.app, body), who)).toBe('v1');
  });

  it('by auth.dialect or the query of the handshake, which come first', async () => {
    const token = nina.accessToken;
    const asked = { auth: { token, dialect: 'v1' } };
    expect(await heardBy(await connect(world.app, nina, asked), nina)).toBe('v1');
    expect(
      await heardBy(await connect(world.app, nina, { auth: { token }, query: { dialect: 'v1' } }), nina),
    ).toBe('v1');
    const native = { auth: { token: alice.accessToken, dialect: 'native' } };
    expect(await heardBy(await connect(world.app, alice, native), alice)).toBe('native');
  });
});

describe('Security Features', () => {
  it('RS256 JWT with an asymmetric key pair, bound to the device in its claims', async () => {
    const { header, payload } = jwt.decode(alice.accessToken, { complete: true }) ?? {
      header: {},
      payload: {},
    };
    expect(header).toMatchObject({ alg: 'RS256' });
    expect(payload).toMatchObject({ sub: alice.id, did: alice.deviceId, dialect: 'v1' });
  });

  it('one-time-use refresh tokens with family revocation on reuse', async () => {
    const who = await person('Robbed');
    const refresh = (refreshToken: string) => rest('POST', '/auth/refresh-token', { body: { refreshToken } });
    const second = (await refresh(who.refreshToken)).body;
    const third = (await refresh(second.refreshToken)).body;
    expect((await refresh(who.refreshToken)).body.code).toBe('token_reused');
    expect((await refresh(third.refreshToken)).body.code).toBe('unauthenticated');
    expect((await who.api('GET', '/api/v1/users/me')).body.code).toBe('unauthenticated');
  });

  it('OTPs with at most 3 attempts and a cooldown', async () => {
    const phoneNumber = freshPhone();
    await rest('POST', '/auth/request-otp', { body: { phoneNumber } });
    const attempt = async (otp: string) =>
      (await rest('POST', '/auth/verify-otp', { body: { phoneNumber, otp } })).body.code;
    expect([await attempt('000000'), await attempt('000001'), await attempt('000002')]).toEqual([
      'otp_invalid',
      'otp_invalid',
      'otp_locked',
    ]);
    expect(await attempt('123456')).toBe('otp_locked');
  });

  it('rate limiting and Helmet security headers on every path', async () => {
    const { headers } = await rest('GET', '/chat/conversations');
    expect(headers.get('ratelimit-limit')).not.toBeNull();
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  });

  it('input validation on all endpoints, in problem details', async () => {
    const { status, body } = await rest('POST', '/auth/request-otp', {
      body: { phoneNumber: { $ne: null } },
    });
    expect(status).toBe(400);
    expect(keysOf(body)).toEqual([...PROBLEM_KEYS, 'errors'].sort());
  });
});
