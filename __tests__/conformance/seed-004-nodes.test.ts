/** Seed 004 on two nodes: who is in a room hears what is said there, wherever it is said. */
import { startTestApp } from '../support/app';
import { startTwoNodes, type TwoNodes } from '../support/nodes';
import {
  closeRawSockets,
  join,
  type Member,
  natively,
  type RawSocket,
  rawSocket,
  roomOf,
} from './seed-004-client';

let nodes: TwoNodes;
beforeAll(async () => {
  nodes = await startTwoNodes({ SOCKET_ADAPTER: 'mongo' });
});
afterAll(() => nodes.stop());
afterEach(closeRawSockets);

const onA = (who: Member, path: string) => rawSocket(nodes.a.url, path, { token: who.accessToken() });
const onB = (who: Member, path: string) => rawSocket(nodes.b.url, path, { token: who.accessToken() });

interface Pair {
  ann: Member;
  ben: Member;
  roomId: string;
  /** Ann is on the first node, Ben on the second. */
  here: RawSocket;
  there: RawSocket;
}

async function pair(): Promise<Pair> {
  const [ann, ben] = [await join({ app: nodes.a }), await join({ app: nodes.a })];
  const roomId = await roomOf(ann, ben);
  const path = `/room/${roomId}`;
  return { ann, ben, roomId, here: await onA(ann, path), there: await onB(ben, path) };
}

describe('on two nodes', () => {
  it('messages pass both ways, in their order, and never to a socket of the sender', async () => {
    const { ann, roomId, here, there } = await pair();
    const second = await onB(ann, `/room/${roomId}`);
    const texts = Array.from({ length: 20 }, (_, i) => `number ${i}`);
    for (const content of texts) here.say({ content });
    await there.waitFor('NEW_MESSAGE', ({ content }) => content === 'number 19');
    expect(there.frames.map(({ data }) => data.content)).toEqual(texts);
    there.say({ content: 'Back' });
    await here.waitFor('NEW_MESSAGE', ({ content }) => content === 'Back');
    await second.waitFor('NEW_MESSAGE', ({ content }) => content === 'Back');
    expect(second.frames).toHaveLength(1);
  });

  it('edits and deletions are seen, and what arrived on the other node is delivered', async () => {
    const { ann, roomId, there } = await pair();
    const native = natively({ app: nodes.a }, ann);
    const socket = await nodes.socket(nodes.a, native);
    const text = (content: string) => ({ type: 'text', text: content });
    const { message } = await socket.ask('send_message', {
      chatId: roomId,
      content: text('Helo'),
      tempId: 't',
    });
    await there.waitFor('NEW_MESSAGE');
    await socket.waitFor('message_status_update', ({ status }) => status === 'delivered');
    await native.api('PUT', `/api/messages/${message.id}`, { content: text('Hello') });
    expect(await there.waitFor('MESSAGE_UPDATED')).toMatchObject({ content: 'Hello' });
    await native.api('DELETE', `/api/messages/${message.id}?forEveryone=true`);
    expect(await there.waitFor('MESSAGE_DELETED')).toEqual({ id: message.id });
  });

  it('who comes and goes on one is seen in the list on the other', async () => {
    const { ann, ben, here } = await pair();
    const list = await onB(ben, '/users');
    const isOnline = (wanted: boolean) => (people: Array<{ id: string; online: boolean }>) =>
      people.some(({ id, online }) => id === ann.id && online === wanted);
    await list.waitFor('USERS', isOnline(true));
    here.ws.close();
    await list.waitFor('USERS', isOnline(false));
  });

  it('a session that ends on one ends its sockets on the other', async () => {
    const { ben, there } = await pair();
    await ben.api('POST', '/auth/logout');
    expect(await there.closed).toBe(4401);
  });
});

describe('a node that goes down', () => {
  it('says so to its sockets, and takes them out of the record', async () => {
    const [ann, ben] = [await join({ app: nodes.a }), await join({ app: nodes.a })];
    const path = `/room/${await roomOf(ann, ben)}`;
    const { dbName } = nodes.a.config.mongo;
    const third = await startTestApp({ dbName, env: { SOCKET_ADAPTER: 'mongo' } });
    const there = await rawSocket(third.url, path, { token: ben.accessToken() });
    await third.stop();
    expect(await there.closed).toBe(1001);
    const [here, again] = [await onA(ann, path), await onA(ben, path)];
    const { body } = await natively({ app: nodes.a }, ben).api('GET', '/api/users/profile');
    expect(body.user.socketIds).toHaveLength(1);
    here.say({ content: 'Welcome back' });
    await again.waitFor('NEW_MESSAGE');
  });
});
