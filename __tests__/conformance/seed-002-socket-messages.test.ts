import { assertAckMatchesAsyncapi } from '../support/asyncapi';
import type { Person, TestSocket } from '../support/client';
import {
  ISO_TIME,
  keysOf,
  MESSAGE_KEYS,
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
let alicePhone: TestSocket;
let bobSocket: TestSocket;
let carolSocket: TestSocket;
beforeAll(async () => {
  world = await startWorld();
  [alice, bob, carol] = [await world.person('Alice'), await world.person('Bob'), await world.person('Carol')];
  chatId = await world.privateChat(alice, bob);
  aliceSocket = await world.socket(alice);
  alicePhone = await world.socket(await world.deviceOf(alice));
  bobSocket = await world.socket(bob);
  carolSocket = await world.socket(carol);
});
afterAll(() => world.stop());

const about = (messageId: string) => (payload: { message?: { id: string }; messageId?: string }) =>
  (payload.message?.id ?? payload.messageId) === messageId;
const heardOf = (socket: TestSocket, event: string, messageId: string) =>
  socket.heard(event).filter(about(messageId));

/** Whatever was on its way before is there once a later message has come: the server keeps the order. */
async function afterEverything(...sockets: TestSocket[]): Promise<void> {
  const room = await world.group(alice, [bob, carol], 'Barrier');
  const { id } = await say(alice, room, 'barrier');
  await Promise.all(sockets.map((socket) => socket.waitFor('new_message', about(id))));
}

describe('send_message', () => {
  it('is acknowledged with the whole message', async () => {
    const sent = textTo(chatId, 'Hello!');
    const ack = await aliceSocket.ask('send_message', sent);
    expect(ack.ok).toBe(true);
    expect(keysOf(ack.message)).toEqual(MESSAGE_KEYS);
    expect(ack.message).toMatchObject({
      chatId,
      senderId: alice.id,
      content: { type: 'text', text: 'Hello!' },
      status: 'sent',
      tempId: sent.tempId,
      createdAt: expect.stringMatching(ISO_TIME),
    });
    assertAckMatchesAsyncapi('send_message', ack);
  });

  it('is told by new_message once to every socket of every member, with the tempId only to the sender', async () => {
    const sent = textTo(chatId, 'To all');
    const { message } = await aliceSocket.ask('send_message', sent);
    for (const socket of [aliceSocket, alicePhone]) {
      expect(await socket.waitFor('new_message', about(message.id))).toEqual({
        message,
        tempId: sent.tempId,
      });
    }
    const heard = await bobSocket.waitFor('new_message', about(message.id));
    expect(heard.message).toEqual({ ...message, tempId: null });
    expect(heard.tempId).toBeUndefined();
    await afterEverything(aliceSocket, alicePhone, bobSocket, carolSocket);
    for (const socket of [aliceSocket, alicePhone, bobSocket]) {
      expect(heardOf(socket, 'new_message', message.id)).toHaveLength(1);
    }
    expect(heardOf(carolSocket, 'new_message', message.id)).toEqual([]);
  });

  it('repeated with the same tempId answers the first message and tells nobody again', async () => {
    const sent = textTo(chatId, 'Twice');
    const first = await aliceSocket.ask('send_message', sent);
    const again = await aliceSocket.ask('send_message', sent);
    expect(again.message).toMatchObject({ id: first.message.id, seq: first.message.seq });
    await afterEverything(bobSocket);
    expect(heardOf(bobSocket, 'new_message', first.message.id)).toHaveLength(1);
  });

  it('needs no callback: the sender recognises new_message by its tempId', async () => {
    const sent = textTo(chatId, 'No ack');
    aliceSocket.emit('send_message', sent);
    const heard = await aliceSocket.waitFor('new_message', (payload) => payload.tempId === sent.tempId);
    expect(heard.message.content.text).toBe('No ack');
  });

  it('is also what a message over REST is told by', async () => {
    const message = await say(bob, chatId, 'From REST');
    expect((await aliceSocket.waitFor('new_message', about(message.id))).message.senderId).toBe(bob.id);
  });

  it('fails by the callback with ok false, and without one by operation-error with the event', async () => {
    const bad = textTo(UNKNOWN_ID, 'Nowhere');
    const ack = await aliceSocket.ask('send_message', bad);
    expect(ack).toEqual({ ok: false, error: { code: 'not_found', message: expect.any(String) } });
    expect(aliceSocket.heard('operation-error')).toEqual([]);
    aliceSocket.emit('send_message', bad);
    expect(await aliceSocket.waitFor('operation-error')).toEqual({
      code: 'not_found',
      message: expect.any(String),
      event: 'send_message',
    });
  });

  it('gives seq 1, 2, 3 in the order everybody sees, whoever sends at once', async () => {
    const room = await world.group(alice, [bob, carol], 'Race');
    const senders = [aliceSocket, bobSocket, carolSocket, alicePhone];
    const acks = await Promise.all(
      Array.from({ length: 10 }, () => senders)
        .flat()
        .map((sender, i) => sender.ask('send_message', textTo(room, `${i}`))),
    );
    const wanted = Array.from({ length: 40 }, (_, i) => i + 1);
    expect(acks.map((ack) => ack.message.seq).sort((a, b) => a - b)).toEqual(wanted);
    for (const socket of senders) {
      await socket.waitFor('new_message', (p) => p.message.chatId === room && p.message.seq === 40);
      const seqs = socket.heard('new_message').filter((p) => p.message.chatId === room);
      expect(seqs.map((p) => p.message.seq)).toEqual(wanted);
    }
  });
});

describe('edit_message', () => {
  it('is acknowledged with the message and told by message_updated to all members', async () => {
    const { id } = await say(alice, chatId, 'Edit me');
    const ack = await aliceSocket.ask('edit_message', { messageId: id, newContent: 'Edited text' });
    expect(ack).toMatchObject({ ok: true, message: { id, content: { type: 'text', text: 'Edited text' } } });
    assertAckMatchesAsyncapi('edit_message', ack);
    for (const socket of [aliceSocket, alicePhone, bobSocket]) {
      const told = await socket.waitFor('message_updated', about(id));
      expect(keysOf(told)).toEqual(['message']);
      expect(told.message).toMatchObject({ id, content: { text: 'Edited text' }, rev: ack.message.rev });
    }
  });

  it('is not told to who deleted the message for themselves', async () => {
    const { id } = await say(alice, chatId, 'Hidden from Bob');
    await bobSocket.ask('delete_message', { messageId: id });
    await aliceSocket.ask('edit_message', { messageId: id, newContent: 'Still hidden' });
    await aliceSocket.ask('add_reaction', { messageId: id, emoji: '👍' });
    await alicePhone.waitFor('message_reaction', about(id));
    await afterEverything(bobSocket);
    expect(heardOf(bobSocket, 'message_updated', id)).toEqual([]);
    expect(heardOf(bobSocket, 'message_reaction', id)).toEqual([]);
  });

  it('is refused to everybody but the sender', async () => {
    const { id } = await say(alice, chatId, 'Mine');
    const code = async (socket: TestSocket) =>
      (await socket.ask('edit_message', { messageId: id, newContent: 'Yours' })).error.code;
    expect(await code(bobSocket)).toBe('forbidden');
    expect(await code(carolSocket)).toBe('not_found');
  });
});

describe('delete_message', () => {
  it('for everyone is told by message_deleted to all members', async () => {
    const { id } = await say(alice, chatId, 'Delete me');
    const ack = await aliceSocket.ask('delete_message', { messageId: id, deleteForEveryone: true });
    expect(ack).toEqual({ ok: true });
    for (const socket of [aliceSocket, alicePhone, bobSocket]) {
      expect(await socket.waitFor('message_deleted', about(id))).toEqual({
        chatId,
        messageId: id,
        forEveryone: true,
      });
    }
  });

  it('for me is told to the own devices only', async () => {
    const { id } = await say(bob, chatId, 'Only from mine');
    expect(await aliceSocket.ask('delete_message', { messageId: id })).toEqual({ ok: true });
    for (const socket of [aliceSocket, alicePhone]) {
      expect((await socket.waitFor('message_deleted', about(id))).forEveryone).toBe(false);
    }
    await afterEverything(bobSocket);
    expect(heardOf(bobSocket, 'message_deleted', id)).toEqual([]);
  });
});

describe('add_reaction', () => {
  it('is told by message_reaction, and taken back by the same again', async () => {
    const { id } = await say(alice, chatId, 'React');
    const ack = await bobSocket.ask('add_reaction', { messageId: id, emoji: '👍' });
    expect(ack.message.reactions).toEqual([
      { userId: bob.id, emoji: '👍', at: expect.stringMatching(ISO_TIME) },
    ]);
    expect(await aliceSocket.waitFor('message_reaction', about(id))).toEqual({
      chatId,
      messageId: id,
      userId: bob.id,
      emoji: '👍',
    });
    await bobSocket.ask('add_reaction', { messageId: id, emoji: '👍' });
    const back = await aliceSocket.waitFor('message_reaction', (p) => about(id)(p) && p.emoji === null);
    expect(back).toEqual({ chatId, messageId: id, userId: bob.id, emoji: null });
    expect((await alice.api('GET', `/api/messages/${id}`)).body.message.reactions).toEqual([]);
  });
});
