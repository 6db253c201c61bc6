import type { Person, TestSocket } from '../support/client';
import {
  CHAT_KEYS,
  keysOf,
  SELF_KEYS,
  say,
  startWorld,
  textTo,
  UNKNOWN_ID,
  type World,
} from '../support/native-world';

let world: World;
let alice: Person;
let bob: Person;
let carol: Person;
let chatId: string;
let aliceSocket: TestSocket;
let bobSocket: TestSocket;
let bobTablet: TestSocket;
let carolSocket: TestSocket;
beforeAll(async () => {
  world = await startWorld();
  [alice, bob, carol] = [await world.person('Alice'), await world.person('Bob'), await world.person('Carol')];
  chatId = await world.privateChat(alice, bob);
  aliceSocket = await world.socket(alice);
  bobSocket = await world.socket(bob);
  bobTablet = await world.socket(await world.deviceOf(bob));
  carolSocket = await world.socket(carol);
});
afterAll(() => world.stop());

type Told = { chatId: string; messageId: string; status: string };
const inChat = (id: string) => (payload: { chatId?: string; chat?: { id: string } }) =>
  (payload.chatId ?? payload.chat?.id) === id;

/** Whatever was on its way before is there once a later message has come. */
async function afterEverything(...sockets: TestSocket[]): Promise<void> {
  const room = await world.group(alice, [bob, carol], 'Barrier');
  const { id } = await say(alice, room, 'barrier');
  await Promise.all(sockets.map((socket) => socket.waitFor('new_message', (p) => p.message.id === id)));
}

describe('authenticate', () => {
  it('is answered by authenticated with the own user', async () => {
    const ack = await aliceSocket.ask('authenticate', { token: alice.accessToken });
    expect(ack.ok).toBe(true);
    const told = await aliceSocket.waitFor('authenticated');
    expect(keysOf(told)).toEqual(['user']);
    expect(keysOf(told.user)).toEqual(SELF_KEYS);
    expect(told.user).toMatchObject({ id: alice.id, online: true, socketIds: [aliceSocket.id] });
  });
});

describe('join_chat and leave_chat', () => {
  it('show the chat to a member and are silent to the others', async () => {
    const room = await world.group(alice, [bob], 'Quiet');
    const ack = await aliceSocket.ask('join_chat', { chatId: room });
    expect(keysOf(ack.chat)).toEqual(CHAT_KEYS);
    expect(await aliceSocket.ask('leave_chat', { chatId: room })).toEqual({ ok: true });
    expect((await carolSocket.ask('join_chat', { chatId: room })).error.code).toBe('not_found');
    await afterEverything(bobSocket);
    expect(bobSocket.heard('user_typing').filter(inChat(room))).toEqual([]);
  });

  it('work in a chat that a block has ended, whose history stays readable', async () => {
    const [p, q] = [await world.person('P'), await world.person('Q')];
    const chat = await world.privateChat(p, q);
    await q.api('POST', '/api/contacts/block', { userId: p.id });
    const socket = await world.socket(p);
    expect((await socket.ask('join_chat', { chatId: chat })).ok).toBe(true);
    expect(await socket.ask('leave_chat', { chatId: chat })).toEqual({ ok: true });
    expect((await socket.ask('leave_chat', { chatId: UNKNOWN_ID })).error.code).toBe('not_found');
  });
});

describe('typing_start and typing_stop', () => {
  it('are told by user_typing to the other members on all their devices, not to oneself', async () => {
    expect(await aliceSocket.ask('typing_start', { chatId })).toEqual({ ok: true });
    const told = { chatId, userId: alice.id, isTyping: true };
    for (const socket of [bobSocket, bobTablet]) expect(await socket.waitFor('user_typing')).toEqual(told);
    await aliceSocket.ask('typing_stop', { chatId });
    const ended = await bobSocket.waitFor('user_typing', (p) => !p.isTyping);
    expect(ended).toEqual({ ...told, isTyping: false });
    await afterEverything(aliceSocket, carolSocket);
    expect(aliceSocket.heard('user_typing')).toEqual([]);
    expect(carolSocket.heard('user_typing')).toEqual([]);
  });

  it('end when the message comes', async () => {
    const room = await world.group(alice, [bob], 'Typing');
    await aliceSocket.ask('typing_start', { chatId: room });
    await aliceSocket.ask('send_message', textTo(room, 'Done'));
    const stop = await bobSocket.waitFor('user_typing', (p) => p.chatId === room && !p.isTyping);
    expect(stop.userId).toBe(alice.id);
  });

  it('end when the connection that typed is lost', async () => {
    const room = await world.group(carol, [bob], 'Lost');
    const socket = await world.socket(carol);
    await socket.ask('typing_start', { chatId: room });
    socket.disconnect();
    const stop = await bobSocket.waitFor('user_typing', (p) => p.chatId === room && !p.isTyping, 4000);
    expect(stop.userId).toBe(carol.id);
  });

  it('are forbidden where a block stands', async () => {
    const [p, q] = [await world.person('P'), await world.person('Q')];
    const chat = await world.privateChat(p, q);
    await q.api('POST', '/api/contacts/block', { userId: p.id });
    expect((await (await world.socket(p)).ask('typing_start', { chatId: chat })).error.code).toBe(
      'forbidden',
    );
  });
});

describe('message_delivered and message_read', () => {
  const updates = (socket: TestSocket, chat: string): Told[] =>
    socket.heard('message_status_update').filter(inChat(chat));

  it('are told to the sender by message_status_update with messageId, status and userId', async () => {
    const room = await world.group(alice, [bob, carol], 'Ticks');
    const message = await say(alice, room, 'Tick');
    expect(await bobSocket.ask('message_delivered', { messageId: message.id })).toEqual({ ok: true });
    expect(await aliceSocket.waitFor('message_status_update', inChat(room))).toEqual({
      chatId: room,
      messageId: message.id,
      userId: bob.id,
      status: 'delivered',
      upToSeq: 1,
    });
    await bobSocket.ask('message_read', { messageId: message.id, chatId: room });
    const read = await aliceSocket.waitFor(
      'message_status_update',
      (p) => p.chatId === room && p.status === 'read',
    );
    expect(read).toEqual({ chatId: room, messageId: message.id, userId: bob.id, status: 'read', upToSeq: 1 });
    await afterEverything(aliceSocket, carolSocket);
    expect(updates(aliceSocket, room)).toHaveLength(2);
    expect(updates(carolSocket, room)).toEqual([]);
  });

  it('tell each message that is newly covered, once, however often they are sent', async () => {
    const room = await world.group(alice, [bob], 'Many');
    const sent = [];
    for (const text of ['a', 'b', 'c']) sent.push(await say(alice, room, text));
    const last = sent[2];
    for (let i = 0; i < 3; i += 1) await bobSocket.ask('message_read', { messageId: last.id, chatId: room });
    await aliceSocket.waitFor('message_status_update', (p) => p.messageId === last.id);
    await afterEverything(aliceSocket);
    const told = updates(aliceSocket, room);
    expect(told.map((p) => [p.messageId, p.status])).toEqual(sent.map(({ id }) => [id, 'read']));
  });

  it('also happen by sending: the answer tells that what came before was read', async () => {
    const room = await world.group(alice, [bob], 'Answer');
    const question = await say(alice, room, 'Well?');
    await bobSocket.ask('send_message', textTo(room, 'Well.'));
    const told = await aliceSocket.waitFor('message_status_update', inChat(room));
    expect(told).toMatchObject({ messageId: question.id, userId: bob.id, status: 'read' });
  });

  it('are the same by mark_read with a chat, or a seq in it', async () => {
    const room = await world.group(alice, [bob], 'Mark');
    const [first, second] = [await say(alice, room, '1'), await say(alice, room, '2')];
    expect(await bobSocket.ask('mark_read', { chatId: room, seq: 1 })).toEqual({ ok: true });
    await aliceSocket.waitFor('message_status_update', (p) => p.messageId === first.id);
    expect(updates(aliceSocket, room)).toHaveLength(1);
    await bobSocket.ask('mark_read', { chatId: room });
    expect(
      await aliceSocket.waitFor('message_status_update', (p) => p.messageId === second.id),
    ).toMatchObject({
      status: 'read',
      upToSeq: 2,
    });
  });

  it('tell the newest 100 of a long unread stretch', async () => {
    const room = await world.group(alice, [bob], 'Long');
    const acks = [];
    for (let i = 0; i < 120; i += 1) acks.push(aliceSocket.ask('send_message', textTo(room, `${i}`)));
    await Promise.all(acks);
    await bobSocket.ask('mark_read', { chatId: room });
    await afterEverything(aliceSocket);
    const told = updates(aliceSocket, room) as Array<Told & { upToSeq: number }>;
    expect(told).toHaveLength(100);
    expect(new Set(told.map(({ upToSeq }) => upToSeq))).toEqual(new Set([120]));
  });

  it('do not tell reading while the reader keeps read receipts off, only delivery', async () => {
    const shy = await world.person('Shy');
    await shy.api('PUT', '/api/users/profile', { privacy: { readReceipts: false } });
    const room = await world.privateChat(alice, shy);
    const message = await say(alice, room, 'Seen?');
    await (await world.socket(shy)).ask('message_read', { messageId: message.id, chatId: room });
    await aliceSocket.waitFor('message_status_update', inChat(room));
    await afterEverything(aliceSocket);
    expect(updates(aliceSocket, room).map(({ status }) => status)).toEqual(['delivered']);
  });

  it("take the unread badge away on the reader's other devices by chat_updated", async () => {
    const room = await world.group(alice, [bob], 'Badge');
    await say(alice, room, 'Unread');
    await bobSocket.ask('mark_read', { chatId: room });
    const told = await bobTablet.waitFor('chat_updated', inChat(room));
    expect(told.chat).toMatchObject({ id: room, unreadCount: 0 });
  });
});

describe('what happens to chats', () => {
  it('is told by chat_created, chat_updated and chat_removed to those concerned', async () => {
    const room = await world.group(alice, [bob], 'Life');
    const created = await bobSocket.waitFor('chat_created', inChat(room));
    expect(keysOf(created)).toEqual(['chat']);
    expect(keysOf(created.chat)).toEqual(CHAT_KEYS);
    await alice.api('POST', `/api/chats/${room}/members`, { userIds: [carol.id] });
    await carolSocket.waitFor('chat_created', inChat(room));
    await bobSocket.waitFor('chat_updated', (p) => p.chat.id === room && p.chat.memberCount === 3);
    await alice.api('PUT', `/api/chats/${room}`, { name: 'Renamed' });
    await carolSocket.waitFor('chat_updated', (p) => p.chat.id === room && p.chat.name === 'Renamed');
    await alice.api('DELETE', `/api/chats/${room}/members/${carol.id}`);
    expect(await carolSocket.waitFor('chat_removed', inChat(room))).toEqual({ chatId: room });
    const { id } = await say(alice, room, 'Without Carol');
    await bobSocket.waitFor('new_message', (p) => p.message.id === id);
    await afterEverything(carolSocket);
    expect(carolSocket.heard('new_message').map((p) => p.message.id)).not.toContain(id);
  });

  it("tells a member's own settings to their own devices only", async () => {
    const room = await world.group(alice, [bob], 'Own');
    await bob.api('PUT', `/api/chats/${room}/settings`, { pinned: true });
    const told = await bobTablet.waitFor('chat_updated', (p) => p.chat.id === room && p.chat.settings.pinned);
    expect(told.chat.settings.pinned).toBe(true);
    await afterEverything(aliceSocket);
    expect(aliceSocket.heard('chat_updated').filter(inChat(room))).toEqual([]);
  });
});

describe('register_device and remove_device', () => {
  it('answer the devices and tell devices_updated to all own devices', async () => {
    const device = { deviceId: bob.deviceId, platform: 'ios', fcmToken: 'token-1' };
    const ack = await bobSocket.ask('register_device', device);
    expect(ack.devices).toContainEqual(expect.objectContaining({ deviceId: bob.deviceId, platform: 'ios' }));
    expect(JSON.stringify(ack)).not.toContain('token-1');
    const told = await bobTablet.waitFor('devices_updated', (p) =>
      p.devices.some((d: { platform: string }) => d.platform === 'ios'),
    );
    expect(keysOf(told)).toEqual(['devices']);
    const third = await world.deviceOf(bob, 'third');
    const thirdSocket = await world.socket(third);
    const closed = new Promise((resolve) => thirdSocket.once('disconnect', resolve));
    const removed = await bobSocket.ask('remove_device', { deviceId: 'third' });
    expect(removed.devices.map((d: { deviceId: string }) => d.deviceId)).not.toContain('third');
    await closed;
    expect((await bobSocket.ask('remove_device', { deviceId: 'third' })).error.code).toBe('not_found');
  });
});
