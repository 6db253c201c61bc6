import { ChatModel } from '../../src/models/chat.model';
import { PushMarkModel } from '../../src/models/push-mark.model';
import { PushProgressModel } from '../../src/models/push-progress.model';
import { startTestApp, type TestApp } from '../support/app';
import { connect, type Person, signUp } from '../support/client';
import { type FakeFcm, startFakeFcm } from '../support/fake-fcm';
import { captureLog } from '../support/log-capture';
import { say } from '../support/native-world';

let fcm: FakeFcm;
let app: TestApp;
let ann: Person;
let ben: Person;
let chatId: string;
let dbName: string;

async function register(person: Person, fcmToken: string): Promise<void> {
  const socket = await connect(app, person);
  await socket.ask('register_device', { deviceId: person.deviceId, platform: 'ios', fcmToken });
  socket.disconnect();
}

async function chatWith({ id }: Person): Promise<string> {
  return (await ann.api('POST', '/api/chats/private', { userId: id })).body.chat.id;
}

/** The same database with a server started anew; people keep their addresses. */
async function restart(push: 'fcm' | 'none' = 'fcm', change: () => Promise<void> = async () => undefined) {
  await app.stop();
  const log = captureLog({ isProduction: false });
  const provider = push === 'fcm' ? { push: fcm.provider() } : {};
  const env = { PORT: new URL(app.url).port };
  app = await startTestApp({ dbName, env, overrides: { ...provider, logger: log.logger } });
  await change();
  return log.lines;
}

beforeAll(async () => {
  fcm = await startFakeFcm();
  app = await startTestApp({ overrides: { push: fcm.provider() } });
  dbName = app.config.mongo.dbName;
  [ann, ben] = [await signUp(app, { name: 'Ann' }), await signUp(app, { name: 'Ben' })];
  chatId = await chatWith(ben);
  await register(ben, 'ben');
});
afterAll(async () => {
  await app.stop();
  await fcm.stop();
});

const bodies = (token: string) => fcm.sent(token).map(({ notification }) => notification?.body);

it('pushes after a restart what could not be sent before it, each message once', async () => {
  fcm.answer(() => ({ status: 500 }));
  const before = fcm.requests();
  await say(ann, chatId, 'while Firebase is away');
  await fcm.asked(before + 1);
  await restart();
  fcm.answer(() => undefined);
  await fcm.waitFor('ben');
  await restart();
  await say(ann, chatId, 'afterwards');
  await fcm.waitFor('ben', 2);
  expect(bodies('ben')).toEqual(['while Firebase is away', 'afterwards']);
});

it('decides after a crash what the crash left undecided, and takes away what was read in its last moment', async () => {
  const message = await say(ann, chatId, 'committed');
  await fcm.waitFor('ben', 3);
  const { notification: witness } = (await fcm.waitFor('ben', 3))[2] ?? {};
  expect(witness?.body).toBe('committed');
  await app.stop();
  app = await startTestApp({ dbName, env: { PORT: new URL(app.url).port } });
  // As if the server had died after the commit, before it was decided whom to tell.
  await ChatModel.updateOne({ _id: chatId }, { $set: { pushedSeq: message.seq - 1 } });
  await PushMarkModel.deleteMany({ about: `chat-${chatId}` });
  await PushProgressModel.create({ _id: 'push', at: new Date(message.createdAt) });
  await restart();
  const repeated = (await fcm.waitFor('ben', 4))[3];
  expect(repeated).toMatchObject({
    data: { messageId: message.id },
    android: { collapse_key: `chat-${chatId}` },
  });
});
