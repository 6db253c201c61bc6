import { randomUUID } from 'node:crypto';
import { startTestApp, type TestApp } from '../support/app';
import { openSocket, type Person, signUp, type TestSocket } from '../support/client';
import { testMongoUri } from '../support/mongo';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy';

/** Longer than the server tries to confirm a message. */
const GIVES_UP_WITHIN_MS = 25_000;
/** So soon everything works again once the database is back. */
const RECOVERS_WITHIN_MS = 10_000;

let app: TestApp;
let proxy: TcpProxy;
let ann: Person;
let ben: Person;
let socket: TestSocket;
let chatId: string;

beforeAll(async () => {
  const { hostname, port } = new URL(testMongoUri());
  proxy = await startTcpProxy({ host: hostname, port: Number(port) });
  const uri = `mongodb://127.0.0.1:${proxy.port}/?directConnection=true`;
  app = await startTestApp({ env: { MONGO_URI: uri } });
  [ann, ben] = [await signUp(app, { name: 'Ann' }), await signUp(app, { name: 'Ben' })];
  chatId = (await ann.api('POST', '/api/chats/private', { userId: ben.id })).body.chat.id;
  socket = openSocket(app.url, { auth: { token: ann.accessToken } });
  await new Promise<void>((resolve) => socket.once('connect', resolve));
});
afterAll(async () => {
  socket.close();
  proxy.open();
  await app.stop();
  await proxy.stop();
});

const draft = (text: string) => ({ chatId, content: { type: 'text', text }, tempId: randomUUID() });
const health = async (path: string) => {
  const response = await fetch(`${app.url}${path}`);
  return { status: response.status, body: await response.json() };
};

it('without its database the server lives, says what is missing and refuses sends; with it everything is as before', async () => {
  const [byRest, bySocket] = [draft('by REST'), draft('by socket')];
  proxy.shut();
  const [rest, ack] = await Promise.all([
    ann.api('POST', '/api/messages', byRest),
    socket.timeout(GIVES_UP_WITHIN_MS).emitWithAck('send_message', bySocket),
  ]);
  expect([rest.status, rest.body.code]).toEqual([503, 'unavailable']);
  expect(ack).toMatchObject({ ok: false, error: { code: 'unavailable' } });
  expect(await health('/health/live')).toEqual({ status: 200, body: { status: 'ok' } });
  expect(await health('/health/ready')).toMatchObject({
    status: 503,
    body: { status: 'unavailable', checks: { mongo: { ok: false, detail: 'The database does not answer' } } },
  });
  expect(socket.connected).toBe(true);

  proxy.open();
  const deadline = Date.now() + RECOVERS_WITHIN_MS;
  while ((await health('/health/ready')).status !== 200 || !(await isStored(byRest)))
    expect(Date.now()).toBeLessThan(deadline);
  // The same keys again: whatever became of the first try, there is one message of each.
  expect(await socket.ask('send_message', bySocket)).toMatchObject({ ok: true });
  const { body } = await ben.api('GET', `/api/chats/${chatId}/messages`);
  const texts = body.messages.map(({ content }: { content: { text: string } }) => content.text).sort();
  expect(texts).toEqual(['by REST', 'by socket']);
});

async function isStored(body: ReturnType<typeof draft>): Promise<boolean> {
  const { status } = await ann.api('POST', '/api/messages', body);
  return status === 200 || status === 201;
}
