import { ChatModel } from '../../src/models/chat.model';
import { connectMongo, disconnectMongo } from '../../src/models/connect';
import { MembershipModel } from '../../src/models/membership.model';
import { PushMarkModel } from '../../src/models/push-mark.model';
import { PushProgressModel } from '../../src/models/push-progress.model';
import { startTestApp, type TestApp } from '../support/app';
import { connect, type Person, signUp } from '../support/client';
import { type FakeFcm, startFakeFcm } from '../support/fake-fcm';
import { captureLog } from '../support/log-capture';
import { testMongoUri } from '../support/mongo';
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

/** The same database with a server started anew, after what `meanwhile` does to it; resolves to its log. */
async function restart(push: 'fcm' | 'none' = 'fcm', meanwhile = async () => {}): Promise<string[]> {
  await app.stop();
  await connectMongo(testMongoUri(), dbName);
  await meanwhile();
  await disconnectMongo();
  const { logger, lines } = captureLog({ isProduction: false });
  const overrides = { logger, ...(push === 'fcm' && { push: fcm.provider() }) };
  app = await startTestApp({ dbName, env: { PORT: new URL(app.url).port }, overrides });
  return lines;
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

it('decides after a crash what the crash left undecided', async () => {
  const message = await say(ann, chatId, 'committed');
  await fcm.waitFor('ben', 3);
  await restart('fcm', async () => {
    await ChatModel.updateOne({ _id: chatId }, { $set: { pushedSeq: message.seq - 1 } });
    await PushMarkModel.deleteMany({ about: `chat-${chatId}` });
    await PushProgressModel.updateOne({ _id: 'push' }, { $set: { at: new Date(message.createdAt) } });
  });
  expect((await fcm.waitFor('ben', 4))[3]).toMatchObject({
    data: { messageId: message.id },
    android: { collapse_key: `chat-${chatId}` },
  });
});

it('takes away after a crash what was read in its last moment', async () => {
  await restart('fcm', async () => {
    await MembershipModel.updateOne({ chatId, userId: ben.id }, { $set: { readSeq: 3, readCount: 3 } });
  });
  expect((await fcm.waitFor('ben', 5))[4]).toMatchObject({
    data: { type: 'read', chatId, readSeq: '3', badge: '0' },
  });
});

it('tells after a crash of a call that was missed, of a request, and rings what rings still', async () => {
  const caller = await connect(app, ann);
  const at = new Date();
  const { body } = await ann.api('POST', '/api/calls/initiate', { calleeId: ben.id, type: 'audio' });
  await ann.api('PUT', `/api/calls/${body.call.id}/end`);
  await ann.api('POST', '/api/contacts/request', { userId: ben.id });
  await fcm.waitFor('ben', 1, ({ data }) => data.type === 'missed_call');
  await fcm.waitFor('ben', 1, ({ data }) => data.type === 'contact_request');
  const again = await ann.api('POST', '/api/calls/initiate', { calleeId: ben.id, type: 'audio' });
  await fcm.waitFor('ben', 2, ({ data }) => data.type === 'call');
  await restart('fcm', async () => {
    await PushMarkModel.deleteMany({ userId: ben.id });
    await PushProgressModel.updateOne({ _id: 'push' }, { $set: { at } });
  });
  caller.disconnect();
  const rung = await fcm.waitFor('ben', 3, ({ data }) => data.type === 'call');
  expect(rung[2]?.data.callId).toBe(again.body.call.id);
  await fcm.waitFor('ben', 2, ({ data }) => data.type === 'missed_call' && data.callId === body.call.id);
  await fcm.waitFor('ben', 2, ({ data }) => data.type === 'contact_request');
});

it('says at start that there are no pushes, and later pushes nothing of that time', async () => {
  const since = fcm.sent('ben').length;
  expect(await restart('none')).toContainEqual(
    expect.stringContaining('Push: none (no Firebase credentials)'),
  );
  await say(ann, chatId, 'unheard');
  expect(await restart()).toContainEqual(expect.stringContaining('Push: fcm'));
  await say(ann, chatId, 'heard');
  await fcm.waitFor('ben', 1, ({ notification }) => notification?.body === 'heard');
  const texts = fcm.sent('ben').slice(since);
  expect(texts.map(({ notification }) => notification?.body)).not.toContain('unheard');
});
