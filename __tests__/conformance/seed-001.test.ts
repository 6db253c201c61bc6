/**
 * Seed 001 (dialect kebab): a test for every row of its tables of endpoints and every sentence of its other rules. Its events are in
 * `seed-001-events.test.ts`; what has many cases has a file of its own: `seed-001-auth`, `-contacts`, `-notifications`.
 */
import { UserModel } from '../../src/models/user.model';
import { call } from '../support/client';
import { CHAT_KEYS, keysOf, MESSAGE_KEYS, startWorld, UNKNOWN_ID, type World } from '../support/native-world';
import { picture, upload } from '../support/uploads';
import { kebabParties, PASSWORD, type Party } from './seed-001-party';

let world: World;
let ann: Party;
let ben: Party;
let chatId: string;
const parties = kebabParties(() => world);
const { party } = parties;

beforeAll(async () => {
  world = await startWorld();
  [ann, ben] = [await party('Ann'), await party('Ben')];
  chatId = await world.privateChat(ann, ben);
});
afterAll(async () => {
  parties.stop();
  await world.stop();
});

async function say(who: Party, text: string, more: object = {}) {
  return (await who.api('POST', `/api/chats/${chatId}/messages`, { content: text, ...more })).body.message;
}

async function statusOf(who: Party, messageId: string): Promise<string> {
  return (await who.api('GET', `/api/messages/${messageId}`)).body.message.status;
}

describe('Authentication', () => {
  const send = (method: string, path: string, body?: unknown, token?: string) =>
    call(world.app.url, method, `/api/auth/${path}`, { body, token });

  it('POST /api/auth/register - Register a new user, and POST /api/auth/login - Login a user', async () => {
    const eve = await party('Eve');
    const { status, body } = await send('POST', 'login', { email: eve.email, password: PASSWORD });
    expect([status, body.user.id]).toEqual([200, eve.id]);
    expect((await send('POST', 'login', { email: eve.email, password: 'wrong password' })).status).toBe(401);
  });

  it('GET /api/auth/profile, PUT /api/auth/update-profile', async () => {
    const updated = await ann.api('PUT', '/api/auth/update-profile', { bio: 'Hello there' });
    expect(updated.body.user.bio).toBe('Hello there');
    expect((await ann.api('GET', '/api/auth/profile')).body.user).toMatchObject({ id: ann.id, name: 'Ann' });
  });

  it('POST /api/auth/logout - Logout user: the token is good for nothing any more', async () => {
    const device = await ann.device();
    expect((await device.api('POST', '/api/auth/logout')).body).toEqual({ ok: true });
    expect((await device.api('GET', '/api/auth/profile')).status).toBe(401);
    expect((await ann.api('GET', '/api/auth/profile')).status).toBe(200);
  });

  it('DELETE /api/auth/delete-profile - Delete user account', async () => {
    const eve = await party('Eve');
    expect((await eve.api('DELETE', '/api/auth/delete-profile')).body).toEqual({ ok: true });
    expect((await eve.api('GET', '/api/auth/profile')).status).toBe(401);
  });
});

describe('Chats', () => {
  it('POST /api/chats - Create a new chat, private or group', async () => {
    const eve = await party('Eve');
    const made = await ann.api('POST', '/api/chats', { type: 'private', memberIds: [eve.id] });
    expect([made.status, keysOf(made.body.chat)]).toEqual([201, CHAT_KEYS]);
    const group = await ann.api('POST', '/api/chats', { type: 'group', name: 'Trip', memberIds: [eve.id] });
    expect(group.body.chat).toMatchObject({ type: 'group', name: 'Trip', memberCount: 2 });
  });

  it('GET /api/chats - Get all user chats, and GET /api/chats/:chatId - Get a specific chat', async () => {
    const { id } = await say(ann, 'The last one');
    const { chats } = (await ben.api('GET', '/api/chats')).body;
    const listed = chats.find((chat: { id: string }) => chat.id === chatId);
    expect(listed.lastMessage).toMatchObject({ id, status: 'SENT' });
    expect((await ben.api('GET', `/api/chats/${chatId}`)).body.chat).toEqual(listed);
  });

  it('POST and GET /api/chats/:chatId/messages - Send a message, get chat messages', async () => {
    const sent = await say(ann, 'Hello');
    expect([keysOf(sent), sent.content, sent.status]).toEqual([
      MESSAGE_KEYS,
      { type: 'text', text: 'Hello' },
      'SENT',
    ]);
    const { messages } = (await ben.api('GET', `/api/chats/${chatId}/messages?limit=1`)).body;
    expect(messages).toEqual([sent]);
  });

  it('DELETE /api/chats/messages/:messageId - Delete a message, for me or for everyone', async () => {
    const { id } = await say(ann, 'Gone');
    expect((await ben.api('DELETE', `/api/chats/messages/${id}?forEveryone=true`)).status).toBe(403);
    expect((await ben.api('DELETE', `/api/chats/messages/${id}`)).body).toEqual({ ok: true });
    expect((await ben.api('GET', `/api/messages/${id}`)).status).toBe(404);
    await ann.api('DELETE', `/api/chats/messages/${id}?forEveryone=true`);
    expect((await ann.api('GET', `/api/messages/${id}`)).body.message.content).toBeNull();
  });

  it('POST /api/chats/messages/:messageId/reactions - React to a message', async () => {
    const { id } = await say(ann, 'Nice');
    const { message } = (await ben.api('POST', `/api/chats/messages/${id}/reactions`, { emoji: '👍' })).body;
    expect(message).toMatchObject({ status: 'SENT', reactions: [{ userId: ben.id, emoji: '👍' }] });
  });

  it('GET /api/chats/messages/:messageId/replies - Get message replies', async () => {
    const { id } = await say(ann, 'A question');
    const answer = await say(ben, 'An answer', { replyTo: id });
    const { messages } = (await ann.api('GET', `/api/chats/messages/${id}/replies`)).body;
    expect(messages).toMatchObject([{ id: answer.id, replyTo: { id }, status: 'SENT' }]);
  });

  it('PATCH /api/chats/messages/:messageId/status - Update message status, in either case', async () => {
    const { id } = await say(ann, 'How far?');
    for (const status of ['DELIVERED', 'delivered', 'read', 'READ', 'Read']) {
      const answer = await ben.api('PATCH', `/api/chats/messages/${id}/status`, { status });
      expect([status, answer.status]).toEqual([status, 200]);
      expect(await statusOf(ann, id)).toBe(status.toUpperCase());
    }
    const wrong = await ben.api('PATCH', `/api/chats/messages/${id}/status`, { status: 'SENT' });
    expect(wrong.body.code).toBe('validation_failed');
  });

  it('POST /api/chats/:chatId/messages/delivered and .../read - Mark messages', async () => {
    const { id } = await say(ann, 'Marked');
    await ben.api('POST', `/api/chats/${chatId}/messages/delivered`);
    expect(await statusOf(ann, id)).toBe('DELIVERED');
    await ben.api('POST', `/api/chats/${chatId}/messages/read`);
    expect(await statusOf(ann, id)).toBe('READ');
  });

  it('sends media: images, videos, documents, audio', async () => {
    const { media } = (await upload(world.app, ann, { bytes: await picture(), name: 'lake.png' })).body;
    const content = { type: media.kind, mediaId: media.id };
    const { status, body } = await ann.api('POST', `/api/chats/${chatId}/messages`, { content });
    expect([status, body.message.content.mediaId]).toEqual([201, media.id]);
  });
});

describe('Contacts', () => {
  it('the request: POST .../request, GET .../pending, PATCH .../accept, GET /api/contacts', async () => {
    const [eve, fay] = [await party('Eve'), await party('Fay')];
    expect((await eve.api('POST', '/api/contacts/request', { userId: fay.id })).status).toBe(201);
    const [asked] = (await fay.api('GET', '/api/contacts/pending')).body.contacts;
    expect(asked).toMatchObject({ status: 'PENDING', user: { id: eve.id } });
    await fay.api('PATCH', `/api/contacts/request/${asked.id}/accept`);
    const { contacts } = (await eve.api('GET', '/api/contacts')).body;
    expect(contacts).toMatchObject([{ status: 'ACCEPTED', user: { id: fay.id } }]);
  });

  it('DELETE /api/contacts/request/:contactId/reject - Reject a contact request', async () => {
    const [eve, fay] = [await party('Eve'), await party('Fay')];
    await eve.api('POST', '/api/contacts/request', { userId: fay.id });
    expect((await fay.api('DELETE', `/api/contacts/request/${eve.id}/reject`)).body).toEqual({ ok: true });
    expect((await fay.api('GET', '/api/contacts/pending')).body.contacts).toEqual([]);
  });

  it('POST .../block, GET .../blocked, PATCH .../unblock/:contactId', async () => {
    const [eve, fay] = [await party('Eve'), await party('Fay')];
    await eve.api('POST', '/api/contacts/block', { userId: fay.id });
    const { contacts } = (await eve.api('GET', '/api/contacts/blocked')).body;
    expect(contacts).toMatchObject([{ status: 'BLOCKED', user: { id: fay.id } }]);
    await eve.api('PATCH', `/api/contacts/unblock/${contacts[0].id}`);
    expect((await eve.api('GET', '/api/contacts/blocked')).body.contacts).toEqual([]);
  });

  it('GET /api/contacts/search - Search for users with relationship status', async () => {
    const [eve, fay] = [await party('Eve'), await party('Zoe Quartz')];
    await eve.api('POST', '/api/contacts/request', { userId: fay.id });
    const { users } = (await eve.api('GET', '/api/contacts/search?q=quartz')).body;
    expect(users).toMatchObject([{ id: fay.id, relationship: 'pending_outgoing' }]);
  });
});

describe('Notifications', () => {
  it('GET /api/notifications, .../count, .../all-counts, POST .../clear/:chatId, .../mark-contacts-viewed', async () => {
    const [eve, fay] = [await party('Eve'), await party('Fay')];
    const shared = await world.privateChat(eve, fay);
    await eve.api('POST', `/api/chats/${shared}/messages`, { content: 'One' });
    await eve.api('POST', '/api/contacts/request', { userId: fay.id });
    const { notifications } = (await fay.api('GET', '/api/notifications')).body;
    const message = notifications.find(({ type }: { type: string }) => type === 'message');
    expect(message).toMatchObject({ chatId: shared, count: 1, lastMessage: { status: 'SENT' } });
    const counts = { total: 2, chats: [{ chatId: shared, count: 1 }], contactRequests: 1 };
    expect((await fay.api('GET', '/api/notifications/all-counts')).body).toEqual(counts);
    await fay.api('POST', `/api/notifications/clear/${shared}`);
    expect((await fay.api('GET', '/api/notifications/count')).body).toEqual({ count: 1 });
    await fay.api('POST', '/api/notifications/mark-contacts-viewed');
    expect((await fay.api('GET', '/api/notifications/count')).body).toEqual({ count: 0 });
  });
});

describe('status words in the REST answers to sessions of this dialect', () => {
  it('are in upper case wherever a message or a receipt is in the answer', async () => {
    const { id } = await say(ann, 'Everywhere a needle');
    const forwarded = (await ann.api('POST', `/api/messages/${id}/forward`, { chatIds: [chatId] })).body;
    await ann.api('POST', `/api/messages/${id}/star`);
    const bodies = [
      forwarded.messages,
      (await ann.api('GET', '/api/messages/starred')).body.messages,
      (await ann.api('GET', '/api/messages/search?q=needle')).body.messages,
      (await ann.api('GET', `/api/chats/${chatId}/search?q=needle`)).body.messages,
      (await ann.api('GET', `/api/messages/${id}/receipts`)).body.receipts,
      (await ann.api('POST', '/api/sync', { cursors: {} })).body.messages,
      (await ann.socket.ask('sync:request', { cursors: {} })).messages,
      [(await ann.api('PUT', `/api/messages/${id}`, { content: 'Edited' })).body.message],
    ];
    for (const found of bodies) {
      expect(found.length).toBeGreaterThan(0);
      for (const { status } of found) expect(['SENT', 'DELIVERED', 'READ']).toContain(status);
    }
    const { chats } = (await ann.api('POST', '/api/sync', { cursors: {} })).body;
    expect(chats[0].lastMessage.status).toMatch(/^[A-Z]+$/);
  });

  it('are as ever for a native session of the same chat, and what people wrote is not touched', async () => {
    const nina = await world.person('Nina');
    const shared = await world.privateChat(nina, ann);
    await nina.api('POST', '/api/messages', { chatId: shared, content: 'sent' });
    const of = async (who: Party | typeof nina) => {
      const [message] = (await who.api('GET', `/api/chats/${shared}/messages`)).body.messages;
      return [message.status, message.content.text];
    };
    expect([await of(nina), await of(ann)]).toEqual([
      ['sent', 'sent'],
      ['SENT', 'sent'],
    ]);
    await ann.api('PUT', '/api/users/profile', { settings: { status: 'read', message: { status: 'sent' } } });
    const { user } = (await ann.api('GET', '/api/auth/profile')).body;
    expect(user.settings).toEqual({ status: 'read', message: { status: 'sent' } });
  });

  it('are not imposed on the paths of another dialect', async () => {
    const { status, body } = await call(
      world.app.url,
      'GET',
      `/api/v1/chat/conversations/${chatId}/messages`,
      { token: ann.accessToken },
    );
    expect([status, body.messages[0].status]).toEqual([
      200,
      expect.stringMatching(/^(sent|delivered|read)$/),
    ]);
  });
});

describe('Message Delivery Logic', () => {
  it('SENT when first sent, DELIVERED when the recipient opens the app, READ when they open the chat', async () => {
    const reader = await party('Reader');
    const shared = await world.privateChat(ann, reader);
    const { message } = (await ann.api('POST', `/api/chats/${shared}/messages`, { content: 'Stages' })).body;
    expect([message.status, await statusOf(ann, message.id)]).toEqual(['SENT', 'SENT']);
    await reader.socket.ask('app-opened');
    expect(await statusOf(ann, message.id)).toBe('DELIVERED');
    await reader.socket.ask('join-chat', { chatId: shared });
    expect(await statusOf(ann, message.id)).toBe('READ');
  });
});

describe('Multi-device Support', () => {
  it('Each device is registered with a unique device ID', async () => {
    const second = await ann.device();
    expect(second.deviceId).not.toBe(ann.deviceId);
    const { devices } = (await ann.api('GET', '/api/auth/profile')).body.user;
    const ids = devices.map(({ deviceId }: { deviceId: string }) => deviceId);
    expect(ids).toEqual(expect.arrayContaining([ann.deviceId, second.deviceId]));
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('All devices receive the same real-time updates', async () => {
    const second = await ben.device();
    const { id } = await say(ann, 'To both');
    const isIt = (told: { id: string }) => told.id === id;
    expect(await second.socket.waitFor('new-message', isIt)).toEqual(
      await ben.socket.waitFor('new-message', isIt),
    );
  });

  it('A user is online if any of their devices is active; last seen is updated when all are offline', async () => {
    const eve = await party('Eve');
    const second = await eve.device();
    await ann.api('POST', '/api/chats', { type: 'private', memberIds: [eve.id] });
    const seen = async () => (await ann.api('GET', `/api/users/${eve.id}`)).body.user;
    eve.socket.disconnect();
    expect((await seen()).online).toBe(true);
    second.socket.disconnect();
    await ann.socket.waitFor('user-offline', ({ userId }) => userId === eve.id);
    const after = await seen();
    expect([after.online, typeof after.lastSeenAt]).toEqual([false, 'string']);
  });

  it('Device list can be managed through the socket connection', async () => {
    const second = await ann.device();
    const lost = new Promise((resolve) => second.socket.once('disconnect', resolve));
    const { devices } = await ann.socket.ask('remove-device', { deviceId: second.deviceId });
    expect(JSON.stringify(devices)).not.toContain(second.deviceId);
    await lost;
    expect((await second.api('GET', '/api/auth/profile')).status).toBe(401);
  });
});

describe('Security Considerations', () => {
  it('All passwords are hashed using bcrypt', async () => {
    const user = await UserModel.findById(ann.id).lean();
    expect(user?.passwordHash).toMatch(/^\$2b\$/);
  });

  it('Routes are protected with authentication middleware, and chat access is verified for each request', async () => {
    expect((await call(world.app.url, 'GET', '/api/chats')).status).toBe(401);
    const eve = await party('Eve');
    for (const id of [chatId, UNKNOWN_ID])
      expect((await eve.api('GET', `/api/chats/${id}/messages`)).body.code).toBe('not_found');
  });
});
