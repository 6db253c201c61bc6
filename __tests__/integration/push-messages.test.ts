import { PushTokenModel } from '../../src/models/push-token.model';
import type { Person, TestSocket } from '../support/client';
import { type FakeFcm, UNREGISTERED } from '../support/fake-fcm';
import { say } from '../support/native-world';
import { type PushWorld, startPushWorld } from '../support/push-world';

let world: PushWorld;
let fcm: FakeFcm;
let ann: Person;

beforeAll(async () => {
  world = await startPushWorld();
  fcm = world.fcm;
  ann = world.ann;
});
afterEach(() => world.tidy());
afterAll(() => world.stop());

const online = (person: Person): Promise<TestSocket> => world.online(person);
const withPush = (person: Person): Promise<string> => world.withPush(person);
const chatWith = (person: Person): Promise<string> => world.chatWith(person);
const settled = (): Promise<void> => world.settled();

/** Somebody with a phone that is away, and a tablet. */
async function ben() {
  const phone = await world.person('Ben');
  const tablet = await world.anotherDevice(phone);
  return { phone, tablet, token: await withPush(phone), chatId: await chatWith(phone) };
}

describe('what became of pushes', () => {
  it('is counted', async () => {
    const sent = async () => {
      const text = await (await fetch(`${world.app.url}/metrics`)).text();
      return Number(/^parley_pushes_total\{outcome="sent"\} (\d+)$/m.exec(text)?.[1] ?? 0);
    };
    const before = await sent();
    await settled();
    let now = before;
    while (now === before) now = await sent();
    expect(now).toBe(before + 1);
  });
});

describe('a message', () => {
  it('is pushed once to the device that is away, not to the one that is connected, and taken back silently once read there', async () => {
    const { tablet, token, chatId } = await ben();
    const tabletToken = await withPush(tablet);
    const socket = await online(tablet);
    const first = await say(ann, chatId, 'Hello, are you there?');
    await say(ann, chatId, 'I am.');
    await socket.waitFor('new_message', ({ message }) => message.seq === 2);
    const [push, second] = await fcm.waitFor(token, 2);
    expect(push).toEqual({
      token,
      data: {
        type: 'message',
        chatId,
        messageId: first.id,
        seq: '1',
        senderId: ann.id,
        contentType: 'text',
        badge: expect.stringMatching(/^[12]$/),
      },
      notification: { title: 'Ann', body: 'Hello, are you there?' },
      android: {
        collapse_key: `chat-${chatId}`,
        priority: 'high',
        ttl: '2419200s',
        notification: { tag: `chat-${chatId}`, notification_count: expect.any(Number) },
      },
      apns: {
        headers: {
          'apns-collapse-id': `chat-${chatId}`,
          'apns-push-type': 'alert',
          'apns-priority': '10',
          'apns-expiration': expect.stringMatching(/^\d+$/),
        },
        payload: {
          aps: {
            alert: { title: 'Ann', body: 'Hello, are you there?' },
            sound: 'default',
            'mutable-content': 1,
            badge: expect.any(Number),
            'thread-id': `chat-${chatId}`,
          },
        },
      },
      webpush: {
        headers: { TTL: '2419200', Urgency: 'high' },
        notification: { tag: `chat-${chatId}` },
      },
    });
    expect(second).toMatchObject({
      data: { seq: '2', badge: '2' },
      android: { collapse_key: `chat-${chatId}` },
    });

    await socket.ask('mark_read', { chatId });
    const clear = (await fcm.waitFor(token, 3))[2];
    expect(clear).toMatchObject({
      data: { type: 'read', chatId, readSeq: '2', badge: '0' },
      android: { collapse_key: `chat-${chatId}`, priority: 'normal' },
      apns: {
        headers: { 'apns-push-type': 'background', 'apns-priority': '5' },
        payload: { aps: { 'content-available': 1 } },
      },
    });
    expect(clear).not.toHaveProperty('notification');
    expect(clear?.android).not.toHaveProperty('notification');
    await settled();
    expect(fcm.sent(token)).toHaveLength(3);
    expect(fcm.sent(tabletToken)).toEqual([]);
  });
});

describe('no push', () => {
  it('goes to whoever muted, left or blocked, nor about what one wrote oneself or the server did', async () => {
    const people = [];
    for (const name of ['Muter', 'Blocker', 'Leaver', 'Friend']) {
      const person = await world.person(name);
      people.push({ person, token: await withPush(person) });
    }
    const [muter, blocker, leaver, friend] = people.map(({ person }) => person) as [
      Person,
      Person,
      Person,
      Person,
    ];
    const memberIds = people.map(({ person }) => person.id);
    const { body } = await ann.api('POST', '/api/chats/group', { name: 'Team', memberIds });
    const chatId: string = body.chat.id;
    const mutedUntil = new Date(world.clock.now().getTime() + 3_600_000).toISOString();
    await muter.api('PUT', `/api/chats/${chatId}/settings`, { mutedUntil });
    await blocker.api('POST', '/api/contacts/block', { userId: ann.id });
    await leaver.api('DELETE', `/api/chats/${chatId}/members/${leaver.id}`);
    await ann.api('PUT', `/api/chats/${chatId}`, { name: 'The team' });
    await say(ann, chatId, 'Who is there?');
    const [push] = await fcm.waitFor(people[3]?.token ?? '');
    expect(push?.notification).toEqual({ title: 'The team', body: 'Ann: Who is there?' });
    await say(friend, chatId, 'Me');
    await settled();
    expect(people.map(({ token }) => fcm.sent(token).map(({ notification }) => notification?.body))).toEqual([
      [],
      ['Friend: Me'],
      [],
      ['Ann: Who is there?'],
    ]);
  });

  it('goes about what was put away before it could be sent, and what stands there is taken away', async () => {
    const { tablet, token, chatId } = await ben();
    await say(ann, chatId, 'one');
    await fcm.waitFor(token);
    fcm.answer((message) => (message.data.seq === '2' ? { status: 500 } : undefined));
    const before = fcm.requests();
    await say(ann, chatId, 'two');
    await fcm.asked(before + 1);
    await tablet.api('POST', `/api/notifications/clear/${chatId}`);
    fcm.answer(() => undefined);
    const [, clear] = await fcm.waitFor(token, 2);
    expect(clear).toMatchObject({ data: { type: 'read', chatId, readSeq: '1', badge: '0' } });
    await say(ann, chatId, 'three');
    const [, , third] = await fcm.waitFor(token, 3);
    expect(third).toMatchObject({ data: { seq: '3', badge: '1' } });
  });

  it('goes to a device that signed out, or whose token another account has now', async () => {
    const { phone, token, chatId } = await ben();
    await phone.api('POST', '/api/auth/logout');
    await say(ann, chatId, 'Gone?');
    const [first, second] = [await world.person('First'), await world.person('Second')];
    const shared = await withPush(first);
    const socket = await online(second);
    await socket.ask('register_device', { deviceId: second.deviceId, platform: 'ios', fcmToken: shared });
    socket.disconnect();
    await say(ann, await chatWith(first), 'for the first');
    await say(ann, await chatWith(second), 'for the second');
    await settled();
    expect(fcm.sent(token)).toEqual([]);
    expect(fcm.sent(shared).map(({ notification }) => notification?.body)).toEqual(['for the second']);
  });

  it('goes to a device that confirmed the message, or synced, while the push could not be sent', async () => {
    const { phone, tablet, token, chatId } = await ben();
    const tabletToken = await withPush(tablet);
    fcm.answer((message) => ([token, tabletToken].includes(message.token) ? { status: 500 } : undefined));
    const before = fcm.requests();
    const message = await say(ann, chatId, 'Got it already?');
    await fcm.asked(before + 2);
    fcm.answer(() => undefined);
    expect((await phone.api('POST', '/api/sync', { cursors: {} })).body.complete).toBe(true);
    const socket = await online(tablet);
    await socket.ask('message_delivered', { messageId: message.id });
    socket.disconnect();
    await say(ann, chatId, 'And this?');
    await Promise.all([fcm.waitFor(token), fcm.waitFor(tabletToken)]);
    await settled();
    for (const one of [token, tabletToken])
      expect(fcm.sent(one).map(({ notification }) => notification?.body)).toEqual(['And this?']);
  });
});

describe('a device whose connection turns out to be dead', () => {
  it('is pushed what it was told there and did not confirm', async () => {
    const { phone, token, chatId } = await ben();
    const socket = await online(phone);
    const confirmed = await say(ann, chatId, 'arrived');
    await socket.waitFor('new_message');
    await socket.ask('message_delivered', { messageId: confirmed.id });
    await say(ann, chatId, 'lost');
    await socket.waitFor('new_message', ({ message }) => message.seq === 2);
    // The connection breaks without a farewell.
    socket.io.engine.close();
    const [push] = await fcm.waitFor(token);
    expect(push?.notification?.body).toBe('lost');
    await settled();
    expect(fcm.sent(token)).toHaveLength(1);
  });
});

describe('Firebase', () => {
  it('may refuse for now: the push is tried again, and nobody else waits', async () => {
    const { token, chatId } = await ben();
    let refusals = 0;
    fcm.answer((message) => {
      if (message.token !== token || refusals === 2) return undefined;
      refusals += 1;
      return { status: 500 };
    });
    await say(ann, chatId, 'again and again');
    await settled();
    const [push] = await fcm.waitFor(token);
    expect(refusals).toBe(2);
    expect(push?.notification?.body).toBe('again and again');
  });

  it('may report a token dead: it is forgotten, one that it only finds invalid is not', async () => {
    const [dead, odd] = [await ben(), await ben()];
    fcm.answer(({ token }) => {
      if (token === dead.token) return UNREGISTERED;
      return token === odd.token ? { status: 400, errorCode: 'INVALID_ARGUMENT' } : undefined;
    });
    const before = fcm.requests();
    await say(ann, dead.chatId, 'one');
    await say(ann, odd.chatId, 'two');
    await settled();
    expect(fcm.requests() - before).toBe(3);
    while (await PushTokenModel.exists({ _id: dead.token }))
      await new Promise((resolve) => setImmediate(resolve));
    expect(await PushTokenModel.countDocuments({ _id: odd.token })).toBe(1);
  });

  it('may be silent: messages are acknowledged and delivered all the same', async () => {
    const { tablet, token, chatId } = await ben();
    const socket = await online(tablet);
    fcm.hold();
    const message = await say(ann, chatId, 'no hurry');
    await socket.waitFor('new_message', (told) => told.message.id === message.id);
    expect(fcm.sent(token)).toEqual([]);
    fcm.release();
    await fcm.waitFor(token);
  });
});

describe('what a push says', () => {
  it('is short, fits into 4 KB, and needs no language', async () => {
    const { token, chatId } = await ben();
    await say(ann, chatId, `${'🙂'.repeat(1000)}\n\nthe end`);
    await ann.api('POST', '/api/messages', {
      chatId,
      content: { type: 'location', latitude: 1, longitude: 2 },
    });
    const url = 'https://example.org/x.jpg';
    await ann.api('POST', '/api/messages', { chatId, content: { type: 'image', url, caption: 'Look' } });
    await ann.api('POST', '/api/messages', { chatId, content: { type: 'audio', url, name: 'rec-1.ogg' } });
    const pushes = await fcm.waitFor(token, 4);
    expect(pushes.map(({ notification }) => notification?.body)).toEqual([
      `${'🙂'.repeat(239)}…`,
      '📍',
      '📷 Look',
      '🎤',
    ]);
    expect(Buffer.byteLength(JSON.stringify(pushes[0]))).toBeLessThan(4096);
  });
});
