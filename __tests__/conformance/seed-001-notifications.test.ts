import { CallModel } from '../../src/models/call.model';
import type { Person } from '../support/client';
import { keysOf, MESSAGE_KEYS, say, startWorld, UNKNOWN_ID, type World } from '../support/native-world';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

const people = async (...names: string[]) => Promise.all(names.map((name) => world.person(name)));

async function two(): Promise<[Person, Person]> {
  const [ann, ben] = await people('Ann', 'Ben');
  return [ann as Person, ben as Person];
}

const list = async (who: Person, query = '') =>
  (await who.api('GET', `/api/notifications${query}`)).body.notifications;
const count = async (who: Person) => (await who.api('GET', '/api/notifications/count')).body.count;
const allCounts = async (who: Person) => (await who.api('GET', '/api/notifications/all-counts')).body;
const clear = (who: Person, chatId: string) => who.api('POST', `/api/notifications/clear/${chatId}`);
const viewed = (who: Person) => who.api('POST', '/api/notifications/mark-contacts-viewed');
const request = (from: Person, to: Person) => from.api('POST', '/api/contacts/request', { userId: to.id });

async function missedCall(caller: Person, callee: Person, chatId: string | null = null) {
  const at = world.clock.now();
  const none = { joinedAt: null, leftAt: null, lostAt: null };
  return CallModel.create({
    type: 'audio',
    chatId,
    callerId: caller.id,
    participants: [
      { userId: caller.id, state: 'left', ...none },
      { userId: callee.id, state: 'missed', ...none },
    ],
    status: 'missed',
    ringExpiresAt: at,
    startedAt: null,
    endedAt: at,
    createdAt: at,
  });
}

describe('GET /api/notifications - Get all notifications', () => {
  it('has one for each chat with unread messages, with their count and the last one', async () => {
    const [ann, ben] = await two();
    const chatId = await world.privateChat(ann, ben);
    await say(ann, chatId, 'one');
    const last = await say(ann, chatId, 'two');
    const [notification, ...more] = await list(ben);
    expect(more).toEqual([]);
    expect(keysOf(notification)).toEqual(['chatId', 'count', 'createdAt', 'id', 'lastMessage', 'type']);
    expect(notification).toMatchObject({ type: 'message', chatId, count: 2, lastMessage: { id: last.id } });
    expect(keysOf(notification.lastMessage)).toEqual(MESSAGE_KEYS);
    expect(await list(ann)).toEqual([]);
  });

  it('has one for each open contact request, until it is answered', async () => {
    const [ann, ben] = await two();
    await request(ann, ben);
    const [notification] = await list(ben);
    expect(keysOf(notification)).toEqual(['contact', 'createdAt', 'id', 'type']);
    expect(notification).toMatchObject({
      type: 'contact_request',
      contact: { status: 'PENDING', direction: 'incoming', user: { id: ann.id } },
    });
    await viewed(ben);
    expect(await list(ben)).toHaveLength(1);
    await ben.api('PATCH', `/api/contacts/request/${ann.id}/accept`);
    expect([await list(ben), await list(ann)]).toEqual([[], []]);
  });

  it('has one for each missed call of the last week, until its chat is cleared', async () => {
    const [ann, ben] = await two();
    const chatId = await world.privateChat(ann, ben);
    const call = await missedCall(ann, ben, chatId);
    const [notification] = await list(ben);
    expect(notification).toMatchObject({
      type: 'missed_call',
      chatId,
      call: { id: String(call._id), status: 'missed', callerId: ann.id, durationMs: 0 },
    });
    expect(await list(ann)).toEqual([]);
    world.clock.advance(1);
    await clear(ben, chatId);
    expect(await list(ben)).toEqual([]);
    await CallModel.updateOne({ _id: call._id }, { createdAt: new Date(Date.now() + 60_000) });
    expect(await list(ben)).toHaveLength(1);
    await CallModel.updateOne({ _id: call._id }, { createdAt: new Date(Date.now() - 8 * 86_400_000) });
    expect(await list(ben)).toEqual([]);
  });

  it('leaves muted chats out, which go on counting', async () => {
    const [ann, ben] = await two();
    const chatId = await world.privateChat(ann, ben);
    const mutedUntil = new Date(world.clock.now().getTime() + 60_000).toISOString();
    await ben.api('PUT', `/api/chats/${chatId}/settings`, { mutedUntil });
    await say(ann, chatId, 'quiet');
    expect([await list(ben), await count(ben)]).toEqual([[], 1]);
    world.clock.advance(60_001);
    expect(await list(ben)).toHaveLength(1);
  });

  it('pages through all kinds together, the newest first', async () => {
    const [ann, ben] = await two();
    const [carol] = (await people('Carol')) as [Person];
    await say(ann, await world.privateChat(ann, ben), 'oldest');
    await request(ann, ben);
    await missedCall(ann, ben);
    await request(carol, ben);
    await say(carol, await world.privateChat(carol, ben), 'newest');
    const all = await list(ben);
    expect(all.map(({ type }: { type: string }) => type)).toEqual([
      'message',
      'contact_request',
      'missed_call',
      'contact_request',
      'message',
    ]);
    const paged = [];
    let cursor: string | null = null;
    do {
      const path: string = `/api/notifications?limit=2${cursor ? `&cursor=${cursor}` : ''}`;
      const { body } = await ben.api('GET', path);
      paged.push(...body.notifications);
      cursor = body.nextCursor;
    } while (cursor);
    expect(paged).toEqual(all);
  });
});

describe('GET /api/notifications/count and /all-counts', () => {
  it('count unread messages that were not cleared, by chat, and requests not looked at', async () => {
    const [ann, ben] = await two();
    const chatId = await world.privateChat(ann, ben);
    const group = await world.group(ann, [ben]);
    for (const text of ['1', '2', '3']) await say(ann, chatId, text);
    await say(ann, group, '1');
    await request(ann, ben);
    await missedCall(ann, ben);
    expect(await count(ben)).toBe(5);
    const { chats, ...rest } = await allCounts(ben);
    expect(rest).toEqual({ total: 5, contactRequests: 1 });
    expect(new Map(chats.map((one: { chatId: string; count: number }) => [one.chatId, one.count]))).toEqual(
      new Map([
        [chatId, 3],
        [group, 1],
      ]),
    );
    expect(await allCounts(ann)).toEqual({ total: 0, chats: [], contactRequests: 0 });
  });

  it('go down by reading and not below nothing', async () => {
    const [ann, ben] = await two();
    const chatId = await world.privateChat(ann, ben);
    await say(ann, chatId, '1');
    await clear(ben, chatId);
    await ben.api('POST', `/api/chats/${chatId}/messages/read`, {});
    expect(await count(ben)).toBe(0);
    await say(ann, chatId, '2');
    expect(await count(ben)).toBe(1);
    await say(ben, chatId, 'an answer means that one has read');
    expect(await count(ben)).toBe(0);
  });
});

describe('POST /api/notifications/clear/:chatId - Clear chat notifications', () => {
  it('clears without marking read, and a later message counts again', async () => {
    const [ann, ben] = await two();
    const chatId = await world.privateChat(ann, ben);
    const sent = await say(ann, chatId, 'unread');
    expect((await clear(ben, chatId.toUpperCase())).body).toEqual({ ok: true });
    expect([await count(ben), await list(ben)]).toEqual([0, []]);
    expect((await ben.api('GET', `/api/chats/${chatId}`)).body.chat.unreadCount).toBe(1);
    const { receipts } = (await ann.api('GET', `/api/messages/${sent.id}/receipts`)).body;
    expect(receipts).toEqual([{ userId: ben.id, status: 'sent' }]);
    await say(ann, chatId, 'later');
    expect([await count(ben), await list(ben)]).toMatchObject([1, [{ chatId, count: 1 }]]);
  });

  it('is for members alone', async () => {
    const [ann, ben] = await two();
    const [carol] = (await people('Carol')) as [Person];
    const chatId = await world.privateChat(ann, ben);
    expect((await clear(carol, chatId)).body.code).toBe('not_found');
    expect((await clear(carol, UNKNOWN_ID)).body.code).toBe('not_found');
  });
});

describe('POST /api/notifications/mark-contacts-viewed - Mark contact requests as viewed', () => {
  it('takes the requests there are out of the count; a new one counts again', async () => {
    const [ann, ben] = await two();
    const [carol] = (await people('Carol')) as [Person];
    await request(ann, ben);
    expect((await viewed(ben)).body).toEqual({ ok: true });
    expect(await allCounts(ben)).toEqual({ total: 0, chats: [], contactRequests: 0 });
    await request(carol, ben);
    expect(await count(ben)).toBe(1);
    await ann.api('DELETE', `/api/contacts/request/${ben.id}/reject`);
    await request(ann, ben);
    expect(await count(ben)).toBe(2);
  });
});

describe('notification', () => {
  it('tells of a new contact request, on all devices of who was asked', async () => {
    const [ann, ben] = await two();
    const sockets = [await world.socket(ben), await world.socket(await world.deviceOf(ben))];
    const own = await world.socket(ann);
    await request(ann, ben);
    for (const socket of sockets) {
      const { notification } = await socket.waitFor('notification');
      expect(notification).toMatchObject({ type: 'contact_request', contact: { user: { id: ann.id } } });
      expect([notification]).toEqual(await list(ben));
    }
    await own.waitFor('contact_request');
    expect(own.heard('notification')).toEqual([]);
  });

  it('tells of a missed call those who missed it, and of no other end of ringing', async () => {
    const [ann, ben] = await two();
    const socket = await world.socket(ben);
    const call = (await missedCall(ann, ben)).toObject();
    const userIds = [ben.id];
    const others = {
      ...call,
      participants: call.participants.map((one) => ({ ...one, state: 'declined' as const })),
    };
    world.app.bus.emit('call.ring-ended', { call: others, userIds, why: 'declined' });
    world.app.bus.emit('call.ring-ended', { call, userIds, why: 'missed' });
    const { notification } = await socket.waitFor('notification');
    expect(notification).toMatchObject({ type: 'missed_call', call: { id: String(call._id) } });
    expect(socket.heard('notification')).toHaveLength(1);
  });
});
