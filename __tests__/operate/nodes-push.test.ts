import { randomUUID } from 'node:crypto';
import { startTestApp, type TestApp } from '../support/app';
import { connect, type Person, signUp, type TestSocket } from '../support/client';
import { type FakeFcm, startFakeFcm } from '../support/fake-fcm';
import { uniqueDbName } from '../support/mongo';
import { say } from '../support/native-world';
import { at } from '../support/nodes';

let fcm: FakeFcm;
let a: TestApp;
let b: TestApp;
const sockets: TestSocket[] = [];

beforeAll(async () => {
  fcm = await startFakeFcm();
  const dbName = uniqueDbName('nodes_push');
  const env = { SOCKET_ADAPTER: 'mongo' };
  a = await startTestApp({ dbName, env, overrides: { push: fcm.provider() } });
  b = await startTestApp({ dbName, env, overrides: { push: fcm.provider() } });
});
afterAll(async () => {
  for (const socket of sockets) socket.disconnect();
  await b.stop();
  await a.stop();
  await fcm.stop();
});

/** Registers a push token for a person's device and leaves the socket open. */
async function withPush(node: TestApp, person: Person): Promise<{ token: string; socket: TestSocket }> {
  const token = `token-${randomUUID()}`;
  const socket = await connect(node, person);
  sockets.push(socket);
  await socket.ask('register_device', { deviceId: person.deviceId, platform: 'android', fcmToken: token });
  return { token, socket };
}

async function leave(node: TestApp, person: Person, socket: TestSocket): Promise<void> {
  const gone = new Promise<void>((resolve) =>
    node.bus.on('connection.closed', ({ deviceId }) =>
      deviceId === person.deviceId ? resolve() : undefined,
    ),
  );
  socket.disconnect();
  await gone;
}

const shown = (token: string) => fcm.sent(token).filter(({ notification }) => notification !== undefined);

it('a device without a connection is pushed once although two nodes run, one that is connected to either of them is not', async () => {
  const [ann, ben, cam] = [
    await signUp(a, { name: 'Ann' }),
    await signUp(a, { name: 'Ben' }),
    await signUp(b, { name: 'Cam' }),
  ];
  const memberIds = [ben.id, cam.id];
  const chatId = (await ann.api('POST', '/api/chats/group', { name: 'Both nodes', memberIds })).body.chat.id;
  const away = await withPush(a, ben);
  const connected = await withPush(b, cam);
  await leave(a, ben, away.socket);
  for (let n = 1; n <= 6; n += 1) {
    // In turn by one node and the other: each decides for what it wrote.
    const { id } = await say(at(n % 2 ? a : b, ann), chatId, `message ${n}`);
    const heard = await connected.socket.waitFor('new_message', ({ message }) => message.id === id);
    await connected.socket.ask('message_delivered', { messageId: heard.message.id });
    await fcm.waitFor(
      away.token,
      1,
      ({ notification }) => notification?.body.includes(`message ${n}`) === true,
    );
  }
  const bodies = shown(away.token).map(({ notification }) => notification?.body);
  expect(bodies).toHaveLength(6);
  expect(new Set(bodies).size).toBe(6);
  expect(shown(connected.token)).toEqual([]);
});
