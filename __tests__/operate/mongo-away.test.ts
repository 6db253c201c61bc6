import { randomUUID } from 'node:crypto';
import { startTestApp, type TestApp } from '../support/app';
import { openSocket, type Person, signUp, type TestSocket } from '../support/client';
import { borrowDatabase, returnDatabase, testMongoUri } from '../support/mongo';
import { createServerProcess } from '../support/server-process';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy';

/** Longer than the server waits for another primary, shorter than twice that. */
const GIVES_UP_WITHIN_MS = 5500;
/** Shorter than any search for a primary. */
const AT_ONCE_MS = 2000;
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
  await expectRefusalsAtOnce();
  await expectNoEntry();
  expect(await (await fetch(`${app.url}/metrics`)).text()).toContain('parley_database_away 1');
  expect(await health('/health/live')).toEqual({ status: 200, body: { status: 'ok' } });
  expect(await health('/health/ready')).toMatchObject({
    status: 503,
    body: { status: 'unavailable', checks: { mongo: { ok: false, detail: 'The database does not answer' } } },
  });
  expect(socket.connected).toBe(true);

  proxy.open();
  await recover(byRest);
  // The same keys again: whatever became of the first try, there is one message of each.
  expect(await socket.ask('send_message', bySocket)).toMatchObject({ ok: true });
  expect(await texts()).toEqual(['by REST', 'by socket']);
});

it('a database that goes silent with open connections is given up as well, and nothing is lost or doubled', async () => {
  const before = await texts();
  const waiting = draft('into the silence');
  proxy.mute();
  const [rest, ack] = await Promise.all([
    ann.api('GET', '/api/chats'),
    socket.timeout(20_000).emitWithAck('send_message', waiting),
  ]);
  expect([rest.status, ack.error.code]).toEqual([503, 'unavailable']);
  await expectRefusalsAtOnce();

  proxy.shut();
  proxy.open();
  await recover(waiting);
  expect(await texts()).toEqual([...before, 'into the silence']);
});

it('a server that is asked to stop while its database is away does so with 0, and a restart has what it acknowledged', async () => {
  const dbName = borrowDatabase('stop_away');
  const MONGO_URI = `mongodb://127.0.0.1:${proxy.port}/?directConnection=true`;
  const server = await createServerProcess({ MONGO_URI, dbName });
  try {
    await server.start();
    const [cam, dan] = [await signUp(server, { name: 'Cam' }), await signUp(server, { name: 'Dan' })];
    const theirs = (await cam.api('POST', '/api/chats/private', { userId: dan.id })).body.chat.id;
    const sent = await cam.api('POST', '/api/messages', { ...draft('kept'), chatId: theirs });
    expect(sent.status).toBe(201);
    proxy.shut();
    while ((await fetch(`${server.url}/health/ready`)).status === 200);
    expect(await server.interrupt()).toBe(0);

    proxy.open();
    await server.start();
    const { body } = await dan.api('GET', `/api/chats/${theirs}/messages`);
    expect(body.messages).toMatchObject([{ content: { text: 'kept' } }]);
    expect(await server.interrupt()).toBe(0);
  } finally {
    proxy.open();
    await server.dispose();
    returnDatabase(dbName);
  }
});

/** Reads, changes, transactions and events of clients that can do no more than try again. */
async function expectRefusalsAtOnce(): Promise<void> {
  const signal = AbortSignal.timeout(AT_ONCE_MS);
  const headers = { authorization: `Bearer ${ann.accessToken}`, 'content-type': 'application/json' };
  const post = (path: string, body: object) =>
    fetch(`${app.url}${path}`, { method: 'POST', headers, body: JSON.stringify(body), signal });
  const answers = await Promise.all([
    fetch(`${app.url}/api/chats`, { headers, signal }),
    post('/api/messages', draft('refused')),
    post('/api/chats/group', { name: 'Refused', memberIds: [ben.id] }),
    post('/api/auth/send-otp', { phoneNumber: '+911111111111' }),
  ]);
  for (const answer of answers) {
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '2']);
    expect(await answer.json()).toMatchObject({ code: 'unavailable' });
  }
  for (const event of ['send_message', 'sync']) {
    const payload = event === 'sync' ? { chats: {} } : draft('refused');
    const refusal = await socket.timeout(AT_ONCE_MS).emitWithAck(event, payload);
    expect([event, refusal]).toMatchObject([
      event,
      { ok: false, error: { code: 'unavailable', retryAfter: 2 } },
    ]);
  }
}

/** Who comes now is told so, and comes again later. */
async function expectNoEntry(): Promise<void> {
  const newcomer = openSocket(app.url);
  const told = new Promise((resolve) => newcomer.once('authentication_error', resolve));
  const refusal = await newcomer.timeout(AT_ONCE_MS).emitWithAck('authenticate', { token: ben.accessToken });
  expect(refusal).toMatchObject({ ok: false, error: { code: 'unavailable' } });
  expect(await told).toEqual({ message: 'The database cannot be reached' });
  newcomer.close();
}

/** Resolves once the server is ready and `body` is stored. */
async function recover(body: ReturnType<typeof draft>): Promise<void> {
  const deadline = Date.now() + RECOVERS_WITHIN_MS;
  while ((await health('/health/ready')).status !== 200 || !(await isStored(body)))
    expect(Date.now()).toBeLessThan(deadline);
}

async function texts(): Promise<string[]> {
  const { body } = await ben.api('GET', `/api/chats/${chatId}/messages`);
  return body.messages.map(({ content }: { content: { text: string } }) => content.text).sort();
}

async function isStored(body: ReturnType<typeof draft>): Promise<boolean> {
  const { status } = await ann.api('POST', '/api/messages', body);
  return status === 200 || status === 201;
}
