import os from 'node:os';
import { mongo } from 'mongoose';
import { call, connect, type Person, signUp } from '../support/client';
import { Replica } from '../support/replica';
import { createServerProcess, type ServerProcess } from '../support/server-process';

const SENDERS = 6;
const ROUNDS = 45;
const SETTINGS = {
  ACCESS_TOKEN_TTL_SECONDS: '3600',
  JWT_SECRET: 'the same secret for both of the nodes, long enough',
};

let a: ServerProcess;
let b: ServerProcess;
let client: mongo.MongoClient;

beforeAll(async () => {
  a = await createServerProcess(SETTINGS);
  await a.start();
  const uri = await a.mongodUri();
  b = await createServerProcess({ ...SETTINGS, MONGO_URI: uri });
  await b.start();
  client = await mongo.MongoClient.connect(uri, { runtimeAdapters: { os } });
}, 180_000);
afterAll(async () => {
  await client.close();
  await b.dispose();
  await a.dispose();
});

const users = () => client.db('parley').collection('users');
const leases = () => client.db('parley').collection('nodeleases');

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 50));
}

/** Every message of a chat, oldest first. */
async function readAll(url: string, token: string, chatId: string) {
  const all = [];
  for (let before: number | null | undefined; before !== null; ) {
    const query = before === undefined ? '' : `&before=${before}`;
    const { body } = await call(url, 'GET', `/api/chats/${chatId}/messages?limit=100${query}`, { token });
    all.push(...body.messages);
    before = body.nextCursor;
  }
  return all.reverse();
}

/** No socket stands in the record but those that live, on two nodes. */
async function expectNoStaleSockets(people: Person[], liveEach: number): Promise<void> {
  const ids = people.map(({ id }) => new mongo.ObjectId(id));
  await until(async () => {
    const found = await users()
      .find({ _id: { $in: ids } })
      .toArray();
    return found.every(({ socketIds }) => socketIds.length === liveEach);
  });
}

it('loses, doubles and swaps no acknowledged message when a node is killed and the primary steps down in mid-traffic', async () => {
  const people: Person[] = [];
  for (let i = 0; i < SENDERS; i += 1) people.push(await signUp(i % 2 ? a : b, { name: `Person ${i}` }));
  const [owner, ...others] = people;
  if (!owner) throw new Error('nobody signed up');
  const { body } = await owner.api('POST', '/api/chats/group', {
    name: 'Storm',
    memberIds: others.map(({ id }) => id),
  });
  const chatId: string = body.chat.id;
  const replicas = people.map((person, i) => new Replica((i % 2 ? b : a).url, person));

  const disturb: Record<number, () => Promise<unknown>> = {
    10: () => b.kill(),
    20: () => b.start(),
    30: () =>
      client
        .db('admin')
        .command({ replSetStepDown: 2, secondaryCatchUpPeriodSecs: 0, force: true })
        .catch(() => undefined),
  };
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [i, replica] of replicas.entries()) replica.send(chatId, `${i}/${round}`, `t-${round}`);
    await disturb[round]?.();
    // Some traffic before, during and after: wait for the sender on the first node only.
    if (round % 5 === 0) await replicas[0]?.drained();
  }
  await Promise.all(replicas.map((replica) => replica.drained()));
  await Promise.all(replicas.map((replica) => replica.sync()));

  const log = await readAll(a.url, owner.accessToken, chatId);
  const ids = log.map(({ id }) => id);
  expect(log.map(({ seq }) => seq)).toEqual(log.map((_, i) => i + 1));
  expect(log).toHaveLength(SENDERS * ROUNDS);
  expect((await readAll(b.url, owner.accessToken, chatId)).map(({ id }) => id)).toEqual(ids);
  for (const [i, replica] of replicas.entries()) {
    expect([...replica.acked.values()].every((id) => ids.includes(id))).toBe(true);
    expect([i, replica.acked.size, replica.doubled]).toEqual([i, ROUNDS, 0]);
    const copy = [...replica.messages.values()].sort((x, y) => x.seq - y.seq);
    expect(copy.map(({ id }) => id)).toEqual(ids);
  }
  await expectNoStaleSockets(people, 1);
  for (const replica of replicas) replica.close();
  await expectNoStaleSockets(people, 0);
}, 120_000);

it('shows nobody online for a node that was killed, and leaves nothing of it', async () => {
  const [watcher, gone] = [await signUp(a, { name: 'Watcher' }), await signUp(a, { name: 'Gone' })];
  await watcher.api('POST', '/api/chats/private', { userId: gone.id });
  const isGone = ({ userId }: { userId: string }) => userId === gone.id;
  const watching = await connect(a, watcher);
  const socket = await connect(b, gone);
  await until(async () => (await leases().countDocuments()) === 2);
  const killedAt = Date.now();
  await b.kill();
  await watching.waitFor('user-offline', isGone);
  // Contract section 5.
  expect(Date.now() - killedAt).toBeLessThan(10_000);
  await until(async () => (await leases().countDocuments()) === 1);
  await expectNoStaleSockets([gone], 0);
  watching.close();
  socket.close();
  await b.start();
}, 120_000);

it('takes a node that stands still for ended, and has it begin anew when it goes on', async () => {
  const [ann, ben] = [await signUp(a, { name: 'Ann' }), await signUp(a, { name: 'Ben' })];
  const { body } = await ann.api('POST', '/api/chats/private', { userId: ben.id });
  const replica = new Replica(b.url, ben);
  await expectNoStaleSockets([ben], 1);
  b.freeze(true);
  await until(async () => (await leases().countDocuments()) === 1);
  await expectNoStaleSockets([ben], 0);
  const sent = await ann.api('POST', '/api/messages', {
    chatId: body.chat.id,
    content: 'while it stood still',
  });
  b.freeze(false);
  await until(async () => (await leases().countDocuments()) === 2);
  await expectNoStaleSockets([ben], 1);
  const say = (content: string) => ann.api('POST', '/api/messages', { chatId: body.chat.id, content });
  const next = await say('after');
  // Until each has noticed the other its connections break once more, and what passed them by a sync brings.
  await until(async () => {
    await replica.sync();
    return replica.messages.has(next.body.message.id);
  });
  await until(async () => {
    await say('live');
    return replica.liveOnThisConnection.size > 0;
  });
  expect(replica.messages.has(sent.body.message.id)).toBe(true);
  replica.close();
}, 120_000);
