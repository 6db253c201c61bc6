/** Watermarks under haste: what comes together, what is told once, who may hear it. */
import { createEventBus } from '../../src/events/event-bus';
import { MembershipModel } from '../../src/models/membership.model';
import { createReceiptWriter } from '../../src/services/receipt-writer';
import { createWatermarkAnnouncer } from '../../src/services/watermark-announcer';
import type { Person, TestSocket } from '../support/client';
import { buildChat, newId } from '../support/journal';
import { say, startWorld, textTo, type World } from '../support/native-world';

let world: World;
let alice: Person;
let bob: Person;
let carol: Person;
let aliceSocket: TestSocket;
beforeAll(async () => {
  world = await startWorld();
});
beforeEach(async () => {
  [alice, bob, carol] = await Promise.all([
    world.person('Alice'),
    world.person('Bob'),
    world.person('Carol'),
  ]);
  aliceSocket = await world.socket(alice);
});
afterAll(() => world.stop());

const statusOf = async (viewer: Person, { id }: { id: string }) =>
  (await viewer.api('GET', `/api/messages/${id}`)).body.message.status;
const hideReading = (person: Person) =>
  person.api('PUT', '/api/users/profile', { privacy: { readReceipts: false } });
const told = (socket: TestSocket, status: string) =>
  socket.heard('message_status_update').filter((event) => event.status === status);

/** Everything before it on the wire was heard once this comes. */
async function fence(socket: TestSocket, from: Person): Promise<void> {
  const chatId = await world.group(from, [alice], 'Fence');
  await socket.waitFor('chat_created', ({ chat }) => chat.id === chatId);
}

describe('a reading', () => {
  it('is shown and told also when the delivery of a newer message is marked right after', async () => {
    const [senderId, readerId] = [newId(), newId()];
    const chatId = await buildChat([senderId, readerId]);
    const bus = createEventBus((_name, error) => {
      throw error;
    });
    const moves: unknown[] = [];
    bus.on('receipt.moved', ({ kind, toSeq, isShown }) => void moves.push([kind, toSeq, isShown]));
    const writer = createReceiptWriter(createWatermarkAnnouncer(bus));
    const member = { chatId, userId: readerId };
    await Promise.all([
      writer.move({ ...member, deliveredSeq: 1, read: { seq: 1, count: 1 }, shownReadSeq: 1 }),
      writer.move({ ...member, deliveredSeq: 2 }),
    ]);
    const stored = await MembershipModel.findOne(member).lean();
    expect(stored).toMatchObject({ deliveredSeq: 2, readSeq: 1, shownReadSeq: 1 });
    expect(moves).toEqual([
      ['read', 1, true],
      ['delivered', 2, true],
    ]);
    await writer.stop();
  });

  it('is told once by who answers and marks the chat as read right after', async () => {
    const chatId = await world.privateChat(alice, bob);
    const asked = [await say(alice, chatId, '1'), await say(alice, chatId, '2')];
    const bobSocket = await world.socket(bob);
    await bobSocket.ask('send_message', textTo(chatId, 'Answer'));
    await bobSocket.ask('mark_read', { chatId });
    await fence(aliceSocket, bob);
    expect(told(aliceSocket, 'read').map(({ messageId }) => messageId)).toEqual(asked.map(({ id }) => id));
  });

  it('is told once by who marks the chat as read while the answer is on its way', async () => {
    const chatId = await world.privateChat(alice, bob);
    const asked = [await say(alice, chatId, '1'), await say(alice, chatId, '2')];
    const bobSocket = await world.socket(bob);
    await Promise.all([
      bobSocket.ask('mark_read', { chatId, seq: 2 }),
      bobSocket.ask('send_message', textTo(chatId, 'Answer')),
    ]);
    await fence(aliceSocket, bob);
    expect(told(aliceSocket, 'read').map(({ messageId }) => messageId)).toEqual(asked.map(({ id }) => id));
  });

  it('is not told to a sender who is no member any more', async () => {
    const chatId = await world.group(bob, [alice, carol]);
    const message = await say(alice, chatId, 'Bye');
    await alice.api('DELETE', `/api/chats/${chatId}/members/${alice.id}`);
    await carol.api('POST', `/api/chats/${chatId}/messages/read`, {});
    await fence(aliceSocket, bob);
    expect(told(aliceSocket, 'read').filter(({ messageId }) => messageId === message.id)).toEqual([]);
  });
});

describe('while the reader keeps read receipts off, answering', () => {
  it('shows no reading, by status, receipts, sync or event', async () => {
    await hideReading(bob);
    const chatId = await world.privateChat(alice, bob);
    const message = await say(alice, chatId, 'Seen?');
    const bobSocket = await world.socket(bob);
    await bobSocket.ask('send_message', textTo(chatId, 'Perhaps'));
    expect(await statusOf(alice, message)).toBe('delivered');
    const { receipts } = (await alice.api('GET', `/api/messages/${message.id}/receipts`)).body;
    expect(receipts).toEqual([{ userId: bob.id, status: 'delivered' }]);
    const synced = (await alice.api('POST', '/api/sync', { cursors: {} })).body.receipts;
    expect(synced).toContainEqual({ chatId, userId: bob.id, deliveredSeq: 2, readSeq: 0 });
    await fence(aliceSocket, carol);
    expect(told(aliceSocket, 'read')).toEqual([]);
    expect((await bob.api('GET', `/api/chats/${chatId}`)).body.chat.unreadCount).toBe(0);
  });

  it('still lets the reader see that the others read the answer', async () => {
    await hideReading(bob);
    const chatId = await world.group(alice, [bob, carol]);
    await say(alice, chatId, 'Seen?');
    const answer = await say(bob, chatId, 'Perhaps');
    for (const reader of [alice, carol]) await reader.api('POST', `/api/chats/${chatId}/messages/read`, {});
    expect(await statusOf(bob, answer)).toBe('read');
    const list = (await bob.api('GET', '/api/chats')).body.chats;
    expect(list.find(({ id }: { id: string }) => id === chatId).lastMessage.status).toBe('read');
  });

  it('tells what was read once they are shown again', async () => {
    await hideReading(bob);
    const chatId = await world.group(bob, [alice, carol]);
    const first = await say(alice, chatId, 'First');
    await bob.api('POST', `/api/chats/${chatId}/messages/read`, {});
    await bob.api('PUT', '/api/users/profile', { privacy: { readReceipts: true } });
    await say(carol, chatId, 'Second');
    await bob.api('POST', `/api/chats/${chatId}/messages/read`, {});
    await aliceSocket.waitFor(
      'message_status_update',
      (e) => e.messageId === first.id && e.status === 'read',
    );
  });
});

it('unread counts equal a recount, whatever happens to messages, members and devices', async () => {
  const chatId = await world.group(alice, [bob]);
  const people = [alice, bob, carol];
  await say(alice, chatId, 'before Carol');
  await alice.api('POST', `/api/chats/${chatId}/members`, { userIds: [carol.id] });
  const doomed = await say(alice, chatId, 'doomed');
  await say(bob, chatId, 'own');
  await bob.api('POST', `/api/chats/${chatId}/messages/read`, { seq: 1 });
  await alice.api('DELETE', `/api/messages/${doomed.id}?forEveryone=true`);
  await carol.api('DELETE', `/api/chats/${chatId}/members/${carol.id}`);
  await say(alice, chatId, 'without Carol');
  await alice.api('POST', `/api/chats/${chatId}/members`, { userIds: [carol.id] });
  await alice.api('PUT', `/api/chats/${chatId}`, { name: 'Renamed' });
  await Promise.all(['x', 'y', 'z'].map((text, i) => say(people[i % 2] ?? alice, chatId, text)));
  await carol.api('POST', `/api/chats/${chatId}/messages/read`, { seq: 10_000 });
  await say(bob, chatId, 'last');
  for (const person of people) {
    const { body: synced } = await person.api('POST', '/api/sync', { cursors: {} });
    const own = synced.receipts.find((r: { userId: string }) => r.userId === person.id);
    const recount = synced.messages.filter(
      (m: { seq: number; senderId: string; content: { type: string } | null }) =>
        m.seq > own.readSeq && m.senderId !== person.id && m.content?.type !== 'system',
    ).length;
    const { chat } = (await person.api('GET', `/api/chats/${chatId}`)).body;
    expect([person.user.name, chat.unreadCount]).toEqual([person.user.name, recount]);
  }
});
