import { createRequire } from 'node:module';
import { mongo } from 'mongoose';
import { SocketEventModel, socketEvents } from '../../src/models/socket-event.model';
import type { Person, TestSocket } from '../support/client';
import { at, startTwoNodes, type TwoNodes } from '../support/nodes';

let nodes: TwoNodes;
beforeAll(async () => {
  nodes = await startTwoNodes({ SOCKET_ADAPTER: 'mongo' });
});
afterAll(() => nodes.stop());

interface Pair {
  ann: Person;
  ben: Person;
  chatId: string;
  /** Ann is on the first node, Ben on the second. */
  here: TestSocket;
  there: TestSocket;
}

async function pair(): Promise<Pair> {
  const [ann, ben] = [await nodes.person('Ann'), await nodes.person('Ben')];
  const chatId = (await ann.api('POST', '/api/chats/private', { userId: ben.id })).body.chat.id;
  // Who watches is there first.
  const there = await nodes.socket(nodes.b, ben);
  return { ann, ben, chatId, here: await nodes.socket(nodes.a, ann), there };
}

const about = (id: string) => (payload: { userId: string }) => payload.userId === id;

describe('on two nodes', () => {
  it('typing is seen, and ends with the message', async () => {
    const { ann, chatId, here, there } = await pair();
    await here.ask('typing_start', { chatId });
    const typing = { chatId, userId: ann.id, isTyping: true };
    expect(await there.waitFor('user_typing', ({ isTyping }) => isTyping)).toEqual(typing);
    await here.ask('send_message', { chatId, content: { type: 'text', text: 'Hi' }, tempId: 't' });
    expect(await there.waitFor('user_typing', ({ isTyping }) => !isTyping)).toEqual({
      ...typing,
      isTyping: false,
    });
  });

  it('who comes and goes is told once, whichever nodes their devices are on', async () => {
    const { ann, ben, there } = await pair();
    const second = await nodes.socket(nodes.b, ann);
    await there.waitFor('user-online', about(ann.id));
    expect((await at(nodes.b, ben).api('GET', `/api/users/${ann.id}`)).body.user.online).toBe(true);
    second.disconnect();
    await there.ask('set_presence', { state: 'away' });
    await there.ask('set_presence', { state: 'online' });
    expect(there.heard('user-offline').filter(about(ann.id))).toEqual([]);
    expect(there.heard('user-online').filter(about(ann.id))).toHaveLength(1);
  });

  it('going offline on one node is seen on the other', async () => {
    const { ann, here, there } = await pair();
    await there.waitFor('user-online', about(ann.id));
    here.disconnect();
    await there.waitFor('user-offline', about(ann.id));
    expect(there.heard('user-offline').filter(about(ann.id))).toHaveLength(1);
  });

  it('receipts reach the sender, each move once, and the badge of the reader’s other devices', async () => {
    const { ben, chatId, here, there } = await pair();
    const otherDevice = await nodes.socket(nodes.a, ben);
    const { message } = await here.ask('send_message', {
      chatId,
      content: { type: 'text', text: 'Hi' },
      tempId: 't',
    });
    await there.waitFor('new_message');
    await there.ask('message_delivered', { messageId: message.id });
    await here.waitFor('message_status_update', ({ status }) => status === 'delivered');
    await there.ask('message_read', { messageId: message.id, chatId });
    await here.waitFor('message_status_update', ({ status }) => status === 'read');
    await otherDevice.waitFor('chat_updated', ({ chat }) => chat.id === chatId && chat.unreadCount === 0);
    expect(here.heard('message_status_update').map(({ status }) => status)).toEqual(['delivered', 'read']);
  });

  it('edits, reactions and deletions are seen', async () => {
    const { ann, ben, chatId, here, there } = await pair();
    const { message } = await here.ask('send_message', {
      chatId,
      content: { type: 'text', text: 'Hi' },
      tempId: 't',
    });
    const isIt = (payload: { messageId?: string; message?: { id: string } }) =>
      (payload.messageId ?? payload.message?.id) === message.id;
    await ann.api('PUT', `/api/messages/${message.id}`, { content: { type: 'text', text: 'Hello' } });
    expect((await there.waitFor('message_updated', isIt)).message.content.text).toBe('Hello');
    await at(nodes.b, ben).api('POST', `/api/messages/${message.id}/react`, { emoji: '👍' });
    expect(await here.waitFor('message_reaction', isIt)).toMatchObject({ userId: ben.id, emoji: '👍' });
    await ann.api('DELETE', `/api/messages/${message.id}?forEveryone=true`);
    expect(await there.waitFor('message_deleted', isIt)).toMatchObject({ forEveryone: true });
  });

  it('a list asked for at the other node at once has what was just sent and just arrived there', async () => {
    const { ben, chatId, here, there } = await pair();
    const { message } = await here.ask('send_message', {
      chatId,
      content: { type: 'text', text: 'Hi' },
      tempId: 't',
    });
    await there.waitFor('new_message');
    const { body } = await at(nodes.b, ben).api('GET', '/api/chats');
    expect(body.chats[0]).toMatchObject({ lastMessage: { id: message.id }, unreadCount: 1, seq: 1 });
  });

  it('a block holds at once, and is lifted again', async () => {
    const { ann, ben, chatId, here, there } = await pair();
    const onB = at(nodes.b, ben);
    const say = async () => (await onB.api('POST', '/api/messages', { chatId, content: 'Hi' })).status;
    expect(await say()).toBe(201);
    await there.waitFor('user-online', about(ann.id));
    const { body } = await ann.api('POST', '/api/contacts/block', { userId: ben.id });
    // The other node has heard of the block when it hides who blocked.
    await there.waitFor('user-offline', about(ann.id));
    expect(await say()).toBe(403);
    await ann.api('PATCH', `/api/contacts/unblock/${body.contact.id}`);
    await there.waitFor('user-online', () => there.heard('user-online').filter(about(ann.id)).length === 2);
    expect(await say()).toBe(201);
    expect(here.connected).toBe(true);
  });

  it('a sign-out ends the sockets and the access on the other node', async () => {
    const { ann } = await pair();
    const socket = await nodes.socket(nodes.b, ann);
    const onB = at(nodes.b, ann);
    expect((await onB.api('GET', '/api/users/profile')).status).toBe(200);
    const closed = new Promise((resolve) => socket.once('disconnect', resolve));
    await ann.api('POST', '/api/auth/logout', {});
    await closed;
    expect((await onB.api('GET', '/api/users/profile')).status).toBe(401);
  });

  it('a call rings, is answered, signalled and ended', async () => {
    const { ann, ben, here, there } = await pair();
    const { callId } = await here.ask('call-user', {
      callerId: ann.id,
      calleeId: ben.id,
      signal: { sdp: 'offer' },
    });
    const ring = await there.waitFor('call-user', (told) => told.callId === callId);
    expect(ring).toMatchObject({ callerId: ann.id, signal: { sdp: 'offer' } });
    await there.ask('answer-call', { callId, callerId: ann.id, calleeId: ben.id, signal: { sdp: 'answer' } });
    expect((await here.waitFor('answer-call')).signal).toEqual({ sdp: 'answer' });
    const candidate = { callId, callerId: ann.id, calleeId: ben.id, signal: { candidate: 'c' } };
    await here.ask('ice-candidate', candidate);
    expect((await there.waitFor('ice-candidate')).signal).toEqual({ candidate: 'c' });
    await there.ask('end-call', { callId, userId: ben.id, status: 'ended' });
    expect(await here.waitFor('end-call')).toMatchObject({ callId, status: 'ended' });
  });

  it('the other devices of somebody who is called stop ringing when one answers', async () => {
    const { ann, ben, here, there } = await pair();
    const third = await nodes.socket(nodes.a, ben);
    const { callId } = await here.ask('call-user', { callerId: ann.id, calleeId: ben.id, signal: null });
    await there.waitFor('call-user', (told) => told.callId === callId);
    await third.waitFor('call-user', (told) => told.callId === callId);
    await third.ask('answer-call', { callId, callerId: ann.id, calleeId: ben.id, signal: null });
    expect(await there.waitFor('end-call')).toMatchObject({ callId, status: 'answered_elsewhere' });
    expect(third.heard('end-call')).toEqual([]);
    await here.ask('end-call', { callId, userId: ann.id, status: 'ended' });
  });

  it('one’s devices are seen online wherever they are connected', async () => {
    const { ann } = await pair();
    const { body } = await at(nodes.b, ann).api('GET', '/api/users/devices');
    expect(body.devices).toEqual([expect.objectContaining({ deviceId: ann.deviceId, online: true })]);
  });
});

describe('the MongoDB adapter', () => {
  it('is given a collection of the driver it tests against', () => {
    expect(socketEvents()).toBeInstanceOf(mongo.Collection);
    const copyOf = (user: string) => createRequire(require.resolve(user)).resolve('mongodb');
    expect(copyOf('@socket.io/mongo-adapter')).toBe(copyOf('mongoose'));
  });

  it('keeps what passed in a collection that forgets it', async () => {
    const indexes = await SocketEventModel.collection.indexes();
    expect(indexes).toContainEqual(
      expect.objectContaining({ key: { createdAt: 1 }, expireAfterSeconds: 600 }),
    );
    const heartbeat = await socketEvents().findOne({}, { hint: { _id: 1 } });
    expect(heartbeat?.createdAt).toBeInstanceOf(Date);
  });
});
