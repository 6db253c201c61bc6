import { startTestApp, type TestApp } from '../support/app';
import { openSocket, signUp } from '../support/client';
import { testMongoUri } from '../support/mongo';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy';

let app: TestApp;
let proxy: TcpProxy;

beforeAll(async () => {
  const { hostname, port } = new URL(testMongoUri());
  proxy = await startTcpProxy({ host: hostname, port: Number(port) });
  app = await startTestApp({
    env: { MONGO_URI: `mongodb://127.0.0.1:${proxy.port}/?directConnection=true` },
  });
});
afterAll(async () => {
  proxy.open();
  await app.stop();
  await proxy.stop();
});

it('a client that comes while the database is away comes back by itself', async () => {
  const person = await signUp(app, { name: 'Patient' });
  proxy.shut();
  const socket = openSocket(app.url, {
    auth: { token: person.accessToken },
    reconnection: true,
    reconnectionDelay: 50,
    reconnectionDelayMax: 100,
  });
  await new Promise((resolve) => socket.io.once('reconnect_attempt', resolve));
  proxy.open();
  await new Promise<void>((resolve) => socket.once('connect', resolve));
  expect((await socket.ask('sync:request', { cursors: {} })).ok).toBe(true);
  socket.close();
});
