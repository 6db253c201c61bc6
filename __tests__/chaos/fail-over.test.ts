import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Types } from 'mongoose';
import { createProcesses } from '../../scripts/chaos/processes';
import { type ReplicaSet, startReplicaSet } from '../../scripts/chaos/replica-set';
import { readHeads } from '../../src/journal/heads';
import type { ChatHead } from '../../src/journal/journal.types';
import { MessageModel } from '../../src/models/message.model';
import { UserModel } from '../../src/models/user.model';
import { startTestApp, type TestApp } from '../support/app';
import { type Answer, connect, type Person, signUp, type TestSocket } from '../support/client';
import { findTestMongod } from '../support/own-mongod';
import { Replica } from '../support/replica';

const dir = mkdtempSync(path.join(os.tmpdir(), 'parley-fail-over-'));
const processes = createProcesses();
let set: ReplicaSet;
let app: TestApp;
let ann: Person;
let ben: Person;

let chatId: string;
let otherChatId: string;
let replica: Replica;
/** What was seen while the primary was on its own. */
const seen: { head?: ChatHead; sync?: Answer; staying?: TestSocket; ack?: Promise<Answer> } = {};

/** Everything that is about to be rolled back happens in one go: a fail-over takes its time. */
beforeAll(async () => {
  const binary = await findTestMongod();
  set = await startReplicaSet(binary, dir, processes);
  app = await startTestApp({ env: { MONGO_URI: set.uri } });
  ann = await signUp(app, { name: 'Ann' });
  ben = await signUp(app, { name: 'Ben' });
  chatId = await chat();
  otherChatId = await chat();
  await sendUntilStored(ben, chatId, 'first');
  replica = new Replica(app.url, ben);
  await until(() => replica.sync().then(() => true));
  const leaving = await connect(app, ann);
  await set.rollBack(0, async () => {
    await writeUnconfirmed(chatId, 2);
    seen.head = (await readHeads([chatId])).get(chatId);
    seen.staying = await connect(app, ben);
    leaving.disconnect();
    await until(async () => (await socketIds(ann)).length === 0);
    seen.sync = await ben.api('POST', '/api/sync', { cursors: replica.cursors });
    seen.ack = send(ann, otherChatId, 'in doubt');
    await until(asksForMajority);
  });
}, 120_000);
afterAll(async () => {
  await app?.stop();
  await set?.client.close();
  await processes.killAll();
  rmSync(dir, { recursive: true, force: true });
});

const GIVE_UP_MS = 40_000;

async function until(isSo: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + GIVE_UP_MS;
  for (;;) {
    if (await isSo().catch(() => false)) return;
    if (Date.now() > deadline) throw new Error(`it did not become so: ${isSo}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function chat(): Promise<string> {
  return (await ann.api('POST', '/api/chats/group', { name: 'Room', memberIds: [ben.id] })).body.chat.id;
}

/** A message whose write was not confirmed in time was found, and it is being asked whether a majority has it. */
async function asksForMajority(): Promise<boolean> {
  const ops = set.client
    .db('admin')
    .aggregate([{ $currentOp: {} }, { $match: { 'command.readConcern.level': 'linearizable' } }]);
  return (await ops.toArray()).length > 0;
}

const send = (person: Person, chatId: string, text: string) =>
  person.api('POST', '/api/messages', {
    chatId,
    content: { type: 'text', text },
    tempId: `${chatId}-${text}`,
  });

async function sendUntilStored(person: Person, chatId: string, text: string): Promise<void> {
  await until(async () => (await send(person, chatId, text)).status < 300);
}

const socketIds = async ({ id }: Person) => (await UserModel.findById(id).lean())?.socketIds ?? [];

/** A message as another node has it on its way: the primary has it, no majority does. */
async function writeUnconfirmed(chatId: string, seq: number): Promise<void> {
  const row = {
    _id: new Types.ObjectId(),
    ...{
      chatId: new Types.ObjectId(chatId),
      seq,
      rev: seq,
      count: seq,
      senderId: new Types.ObjectId(ben.id),
    },
    ...{ content: { type: 'text', text: 'on its way' }, createdAt: new Date() },
  };
  await MessageModel.collection.insertOne(row as never, { writeConcern: { w: 1, journal: false } });
}

it('numbers nothing on top of a message that may be rolled back, and leaves no gap', async () => {
  expect(seen.head).toEqual({ seq: 1, rev: 1, count: 1 });
  await sendUntilStored(ann, chatId, 'second');
  const { body } = await ann.api('GET', `/api/chats/${chatId}/messages`);
  expect(body.messages.map(({ seq }: { seq: number }) => seq)).toEqual([2, 1]);
});

it('acknowledges no message that was found and is rolled back', async () => {
  const ack = await seen.ack;
  const { body } = await ann.api('GET', `/api/chats/${otherChatId}/messages`);
  const ids = body.messages.map(({ id }: { id: string }) => id);
  if (ack?.status === 201) expect(ids).toEqual([ack.body.message.id]);
  else expect(ack).toMatchObject({ status: 503, body: { code: 'unavailable' } });
});

it('syncs no message that may be rolled back', async () => {
  expect(seen.sync).toMatchObject({ status: 503, body: { code: 'unavailable' } });
  await until(() => replica.sync().then(() => true));
  const own = [...replica.messages.values()].filter((message) => message.chatId === chatId);
  const texts = own.sort((a, b) => a.seq - b.seq).map(({ content }) => content?.text);
  expect(texts).toEqual(['first', 'second']);
  replica.close();
});

it('knows who is connected after what was written of it is rolled back', async () => {
  await until(async () => (await socketIds(ben)).includes(seen.staying?.id ?? ''));
  await until(async () => (await socketIds(ann)).length === 0);
  expect((await ann.api('GET', `/api/users/${ben.id}`)).body.user.online).toBe(true);
  await until(async () => !(await ben.api('GET', `/api/users/${ann.id}`)).body.user.online);
  seen.staying?.close();
});
