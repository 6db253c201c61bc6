/** Seed 003 (dialect direct): every row of its table of events, as a client written from nothing else meets them. */
import { assertAckMatchesAsyncapi } from '../support/asyncapi';
import type { Person, TestSocket } from '../support/client';
import { say, startWorld, textTo, UNKNOWN_ID, type World } from '../support/native-world';

let world: World;
let ann: Party;
let ben: Party;
/** Somebody who speaks the native dialect. */
let nina: Person & { socket: TestSocket };

interface Party extends Person {
  socket: TestSocket;
}

beforeAll(async () => {
  world = await startWorld();
  [ann, ben] = [await party('Ann'), await party('Ben')];
  const person = await world.person('Nina');
  nina = { ...person, socket: await world.socket(person) };
});
afterAll(() => world.stop());

/** Somebody with one socket that speaks `direct`; what it hears is held against `swagger/direct.asyncapi.yaml`. */
async function party(name: string): Promise<Party> {
  const person = await world.person(name);
  return { ...person, socket: await world.socket(person, 'direct') };
}

async function write(from: Party, toId: string, content: string) {
  const ack = await from.socket.ask('private-message', { senderId: from.id, receiverId: toId, content });
  assertAckMatchesAsyncapi('private-message', ack, 'direct');
  return ack;
}

const isMessage = (messageId: string) => (heard: { messageId: string }) => heard.messageId === messageId;

describe('private-message { senderId, receiverId, content }', () => {
  it("is sent by a client to the server, then relayed to the receiver's sockets", async () => {
    const second = await world.socket(ben, 'direct');
    const { ok, message } = await write(ann, ben.id, 'Hello');
    expect(ok).toBe(true);
    const expected = {
      senderId: ann.id,
      receiverId: ben.id,
      content: 'Hello',
      messageId: expect.any(String),
      chatId: expect.any(String),
      createdAt: expect.any(String),
    };
    expect(message).toEqual(expected);
    for (const socket of [ben.socket, second])
      expect(await socket.waitFor('private-message', isMessage(message.messageId))).toEqual(message);
  });

  it("reaches the sender's other devices, and not the one that sent it", async () => {
    const other = await world.socket(ann, 'direct');
    const { message } = await write(ann, ben.id, 'To my tablet, too');
    expect(await other.waitFor('private-message', isMessage(message.messageId))).toEqual(message);
    // What is sent back comes later on the same way.
    const back = await write(ben, ann.id, 'Got it');
    await ann.socket.waitFor('private-message', isMessage(back.message.messageId));
    expect(ann.socket.heard('private-message').filter(isMessage(message.messageId))).toEqual([]);
  });

  it('goes into the one chat of the two, in the order in which it was sent', async () => {
    const eve = await party('Eve');
    const texts = ['1', '2', '3', '4', '5'];
    const acks = await Promise.all(texts.map((text) => write(ann, eve.id, text)));
    expect(new Set(acks.map(({ message }) => message.chatId)).size).toBe(1);
    const { body } = await eve.api('GET', `/api/chats/${acks[0].message.chatId}/messages`);
    expect(body.messages.map(({ content }: { content: { text: string } }) => content.text)).toEqual(
      texts.toReversed(),
    );
  });

  it('is refused unless senderId is the own id, to oneself, to nobody, and on a block', async () => {
    const send = async (payload: object) => (await ann.socket.ask('private-message', payload)).error?.code;
    expect(await send({ senderId: ben.id, receiverId: ann.id, content: 'Not me' })).toBe('forbidden');
    expect((await write(ann, ann.id, 'Me')).error.code).toBe('validation_failed');
    expect((await write(ann, UNKNOWN_ID, 'Nobody')).error.code).toBe('not_found');
    expect(await send({ senderId: ann.id, receiverId: ben.id, content: '' })).toBe('validation_failed');
    const eve = await party('Eve');
    await write(ann, eve.id, 'Before');
    await eve.api('POST', '/api/contacts/block', { userId: ann.id });
    expect((await write(ann, eve.id, 'After')).error.code).toBe('forbidden');
  });

  it('brings the messages of groups with the reader as receiverId', async () => {
    const other = await world.socket(ann, 'direct');
    const chatId = await world.group(ann, [ben, nina]);
    const sent = await say(nina, chatId, 'To the group');
    for (const reader of [ann, ben]) {
      const heard = await reader.socket.waitFor('private-message', isMessage(sent.id));
      expect(heard).toMatchObject({
        senderId: nina.id,
        receiverId: reader.id,
        chatId,
        content: 'To the group',
      });
    }
    const own = await say(ann, chatId, 'From me');
    const heard = await other.waitFor('private-message', isMessage(own.id));
    expect(heard).toMatchObject({ senderId: ann.id, receiverId: ann.id });
  });

  it('says a file by its caption, else by its address, a place as "lat,lng", and no system messages', async () => {
    const chatId = await world.group(nina, [ben]);
    await nina.api('PUT', `/api/chats/${chatId}`, { name: 'Renamed' });
    const url = 'https://files.example.org/a.png';
    const contents = [
      { type: 'image', url, caption: 'The lake' },
      { type: 'image', url },
      { type: 'location', latitude: 48.1, longitude: -11.5 },
    ];
    for (const content of contents) await nina.api('POST', '/api/messages', { chatId, content });
    await ben.socket.waitFor('private-message', ({ content }) => content === '48.1,-11.5');
    const told = ben.socket.heard('private-message').filter((heard) => heard.chatId === chatId);
    expect(told.map(({ content }) => content)).toEqual(['The lake', url, '48.1,-11.5']);
  });
});

describe('message-seen { messageId, userId }', () => {
  it('marks a message read and is relayed to its sender', async () => {
    const { message } = await write(ann, ben.id, 'Seen?');
    const { messageId } = message;
    expect(await ben.socket.ask('message-seen', { messageId, userId: ben.id })).toEqual({ ok: true });
    expect(await ann.socket.waitFor('message-seen', isMessage(messageId))).toMatchObject({ userId: ben.id });
  });

  it('is refused for somebody else than oneself, and for what one cannot see', async () => {
    const { message } = await write(ann, ben.id, 'For Ben');
    const seen = async (who: Party, userId: string) =>
      (await who.socket.ask('message-seen', { messageId: message.messageId, userId })).error?.code;
    expect(await seen(ben, ann.id)).toBe('forbidden');
    const eve = await party('Eve');
    expect(await seen(eve, eve.id)).toBe('not_found');
  });

  it('also tells of what was read in another dialect', async () => {
    const { message } = await write(ann, nina.id, 'To native');
    await nina.socket.ask('message_delivered', { messageId: message.messageId });
    await nina.socket.ask('mark_read', { chatId: message.chatId });
    const seen = await ann.socket.waitFor('message-seen', isMessage(message.messageId));
    expect(seen).toEqual({ messageId: message.messageId, userId: nina.id, upToSeq: 1 });
  });
});

describe('user-online and user-offline { userId }', () => {
  it('are told by the server when a user connects and disconnects', async () => {
    const eve = await party('Eve');
    await write(ann, eve.id, 'So that we know each other');
    eve.socket.disconnect();
    expect(await ann.socket.waitFor('user-offline', ({ userId }) => userId === eve.id)).toEqual({
      userId: eve.id,
    });
    const before = ann.socket.heard('user-online').length;
    await world.socket(eve, 'direct');
    await ann.socket.waitFor(
      'user-online',
      ({ userId }) => userId === eve.id && ann.socket.heard('user-online').length > before,
    );
  });
});

describe('call-user, answer-call, ice-candidate and end-call', () => {
  it('are used for WebRTC signalling between two clients of this dialect', async () => {
    const [eve, fay] = [await party('Eve'), await party('Fay')];
    const signal = { type: 'offer', sdp: 'v=0' };
    const { callId } = await eve.socket.ask('call-user', { callerId: eve.id, calleeId: fay.id, signal });
    expect(await fay.socket.waitFor('call-user')).toMatchObject({
      callerId: eve.id,
      calleeId: fay.id,
      signal,
      callId,
    });
    const pair = { callId, callerId: eve.id, calleeId: fay.id };
    expect(
      (await fay.socket.ask('answer-call', { ...pair, signal: { type: 'answer', sdp: 'v=0' } })).ok,
    ).toBe(true);
    expect(await eve.socket.waitFor('answer-call')).toMatchObject(pair);
    expect((await eve.socket.ask('ice-candidate', { ...pair, signal: { candidate: 'c' } })).ok).toBe(true);
    await fay.socket.waitFor('ice-candidate');
    const end = { callId, status: 'ended', userId: eve.id, peerId: fay.id };
    expect((await eve.socket.ask('end-call', end)).ok).toBe(true);
    expect(await fay.socket.waitFor('end-call')).toMatchObject({ callId, status: 'ended' });
  });
});

describe('operation-error { message, code }', () => {
  it('says what went wrong when there is no callback', async () => {
    ann.socket.emit('private-message', { senderId: ben.id, receiverId: ann.id, content: 'Not me' });
    expect(await ann.socket.waitFor('operation-error')).toMatchObject({
      code: 'forbidden',
      message: expect.any(String),
    });
  });
});

describe('friend-request { fromUserId, toUserId }', () => {
  const told = (who: Party, fromUserId: string, status: string) =>
    who.socket.waitFor(
      'friend-request',
      (heard) => heard.fromUserId === fromUserId && heard.status === status,
    );

  it('is told on send and accept', async () => {
    const [eve, fay] = [await party('Eve'), await party('Fay')];
    await eve.api('POST', '/api/contacts/request', { userId: fay.id });
    for (const who of [eve, fay])
      expect(await told(who, eve.id, 'sent')).toEqual({
        fromUserId: eve.id,
        toUserId: fay.id,
        status: 'sent',
      });
    const { body } = await fay.api('GET', '/api/contacts/pending');
    await fay.api('POST', `/api/contacts/${body.contacts[0].id}/accept`);
    for (const who of [eve, fay])
      expect(await told(who, eve.id, 'accepted')).toMatchObject({ toUserId: fay.id });
  });

  it('is told on reject', async () => {
    const [eve, fay] = [await party('Eve'), await party('Fay')];
    await eve.api('POST', '/api/contacts/request', { userId: fay.id });
    const { body } = await fay.api('GET', '/api/contacts/pending');
    await fay.api('POST', `/api/contacts/${body.contacts[0].id}/reject`);
    expect(await told(eve, eve.id, 'rejected')).toMatchObject({ toUserId: fay.id });
  });
});

describe('what the seed has no words for', () => {
  it('goes out as message-updated and message-deleted', async () => {
    const { message } = await write(ann, ben.id, 'Frist');
    await ann.api('PUT', `/api/messages/${message.messageId}`, { content: 'First' });
    expect(await ben.socket.waitFor('message-updated')).toEqual({
      messageId: message.messageId,
      content: 'First',
    });
    await ann.api('DELETE', `/api/messages/${message.messageId}?forEveryone=true`);
    expect(await ben.socket.waitFor('message-deleted')).toEqual({ messageId: message.messageId });
  });
});

describe('multi-device socket support', () => {
  it("has a user's socketIds, one for each connected device, in the profile", async () => {
    const eve = await party('Eve');
    const second = await world.socket(eve, 'direct');
    const { user } = (await eve.api('GET', '/api/users/profile')).body;
    expect(user.socketIds.sort()).toEqual([eve.socket.id, second.id].sort());
  });
});

describe('talking to the other dialects', () => {
  it('a native message arrives as private-message, and a private-message as new_message', async () => {
    const chatId = await world.privateChat(nina, ann);
    const sent = await say(nina, chatId, 'From native');
    expect(await ann.socket.waitFor('private-message', isMessage(sent.id))).toMatchObject({
      senderId: nina.id,
      receiverId: ann.id,
      content: 'From native',
      chatId,
    });
    const { message } = await write(ann, nina.id, 'From direct');
    const heard = await nina.socket.waitFor('new_message', (told) => told.message.id === message.messageId);
    expect(heard.message.content).toEqual({ type: 'text', text: 'From direct' });
  });

  it('every event name of every dialect is understood on every connection', async () => {
    const payload = { senderId: nina.id, receiverId: ann.id, content: 'These words on a native connection' };
    const { message } = await nina.socket.ask('private-message', payload);
    await ann.socket.waitFor('private-message', isMessage(message.messageId));
    const ack = await ann.socket.ask('send_message', textTo(message.chatId, 'And native ones on this'));
    await nina.socket.waitFor('new_message', (told) => told.message.id === ack.message.id);
  });
});
