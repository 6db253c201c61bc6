import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { connect, type Person, signUp } from '../support/client';
import { DETOUR, type FakeFcm, FCM_PROJECT, startFakeFcm } from '../support/fake-fcm';
import { say } from '../support/native-world';
import { createServerProcess, type ServerProcess } from '../support/server-process';

let fcm: FakeFcm;
let server: ServerProcess;

beforeAll(async () => {
  fcm = await startFakeFcm();
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  server = await createServerProcess({
    ACCESS_TOKEN_TTL_SECONDS: '3600',
    FIREBASE_SERVICE_ACCOUNT: JSON.stringify({
      type: 'service_account',
      project_id: FCM_PROJECT,
      client_email: 'push@parley-test.iam.gserviceaccount.com',
      private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
    }),
    NODE_OPTIONS: DETOUR,
    GOOGLE_DETOUR_PORT: String(fcm.port),
  });
  await server.start();
}, 180_000);
afterAll(async () => {
  await server.dispose();
  await fcm.stop();
});

async function away(name: string): Promise<{ person: Person; token: string }> {
  const person = await signUp(server, { name });
  const token = `token-${randomUUID()}`;
  const socket = await connect(server, person);
  await socket.ask('register_device', { deviceId: person.deviceId, platform: 'ios', fcmToken: token });
  socket.disconnect();
  return { person, token };
}

it('pushes each acknowledged message once, under its collapse id, when it is killed between commit and push', async () => {
  expect(server.lines().some((line) => line.includes('Push: fcm'))).toBe(true);
  const ann = await signUp(server, { name: 'Ann' });
  const { person: ben, token } = await away('Ben');
  const { person: cat, token: witness } = await away('Cat');
  const chatOf = async ({ id }: Person): Promise<string> =>
    (await ann.api('POST', '/api/chats/private', { userId: id })).body.chat.id;
  const [chatId, otherId] = [await chatOf(ben), await chatOf(cat)];

  await say(ann, chatId, 'before');
  await fcm.waitFor(token);
  expect(await server.interrupt()).toBe(0);
  await server.start();
  fcm.hold();
  const texts = ['first', 'second', 'third'];
  for (const text of texts) await say(ann, chatId, text);
  await server.kill();
  fcm.release();
  expect(fcm.sent(token)).toHaveLength(1);

  await server.start();
  await fcm.waitFor(token, 4);
  await say(ann, otherId, 'the last of all');
  await fcm.waitFor(witness);
  expect(fcm.sent(token).map(({ notification }) => notification?.body)).toEqual(['before', ...texts]);
  expect(fcm.sent(token).map(({ android }) => android.collapse_key)).toEqual(Array(4).fill(`chat-${chatId}`));
  expect(fcm.sent(token).at(-1)).toMatchObject({ data: { badge: '4' } });

  // What was sent is on record: neither an orderly stop nor a crash after it repeats it.
  expect(await server.interrupt()).toBe(0);
  await server.start();
  await server.kill();
  await server.start();
  await say(ann, otherId, 'and one more');
  await fcm.waitFor(witness, 2);
  expect(fcm.sent(token)).toHaveLength(4);
}, 240_000);
