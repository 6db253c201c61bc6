import { call, signUp } from '../support/client';
import { Replica } from '../support/replica';
import { createServerProcess, type ServerProcess } from '../support/server-process';

const SENDERS = 8;
const ROUNDS = 30;

let server: ServerProcess;

beforeAll(async () => {
  server = await createServerProcess({ ACCESS_TOKEN_TTL_SECONDS: '3600' });
  await server.start();
}, 180_000);
afterAll(() => server.dispose());

/** Every message of a chat over REST, oldest first. */
async function readAll(token: string, chatId: string) {
  const all = [];
  for (let before: number | null | undefined; before !== null; ) {
    const query = before === undefined ? '' : `&before=${before}`;
    const { body } = await call(server.url, 'GET', `/api/chats/${chatId}/messages?limit=100${query}`, {
      token,
    });
    all.push(...body.messages);
    before = body.nextCursor;
  }
  return all.reverse();
}

async function crashesInMidTraffic(crash: () => Promise<void>): Promise<void> {
  const people = [];
  for (let i = 0; i < SENDERS; i += 1) people.push(await signUp(server, { name: `Person ${i}` }));
  const [owner, ...others] = people;
  if (!owner) throw new Error('nobody signed up');
  const memberIds = others.map((person) => person.id);
  const { body } = await owner.api('POST', '/api/chats/group', { name: 'Storm', memberIds });
  const chatId: string = body.chat.id;
  const replicas = people.map((person) => new Replica(server.url, person));

  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [i, replica] of replicas.entries()) replica.send(chatId, `${i}/${round}`, `t-${round}`);
    if (round === ROUNDS / 3) await crash();
    // Some traffic before, during and after: wait for the first sender only.
    if (round % 5 === 0) await replicas[0]?.drained();
  }
  await Promise.all(replicas.map((replica) => replica.drained()));
  await Promise.all(replicas.map((replica) => replica.sync()));

  const log = await readAll(owner.accessToken, chatId);
  expect(log.map((message) => message.seq)).toEqual(log.map((_, i) => i + 1));
  expect(log).toHaveLength(SENDERS * ROUNDS);
  const ids = log.map((message) => message.id);
  expect(new Set(ids).size).toBe(ids.length);
  replicas.forEach((replica, i) => {
    expect(replica.acked.size).toBe(ROUNDS);
    for (const id of replica.acked.values()) expect(ids).toContain(id);
    const own = log.filter((message) => message.content.text.startsWith(`${i}/`));
    expect(own).toHaveLength(ROUNDS);
    expect(replica.doubled).toBe(0);
    const copy = [...replica.messages.values()].sort((a, b) => a.seq - b.seq);
    expect(copy.map((message) => message.id)).toEqual(ids);
  });
  for (const [i, person] of people.entries()) {
    const list = await person.api('GET', '/api/chats');
    const lastOwn = Math.max(...log.filter((m) => m.senderId === person.id).map((m) => m.seq));
    const unread = log.filter((m) => m.seq > lastOwn && m.senderId !== person.id).length;
    expect([i, list.body.chats[0].unreadCount]).toEqual([i, unread]);
    expect(list.body.chats[0]).toMatchObject({ seq: log.length, lastMessage: { id: ids.at(-1) } });
  }
  for (const replica of replicas) replica.close();
}

it('keeps every acknowledged message once, in one order, when the server is killed in mid-traffic', async () => {
  await crashesInMidTraffic(async () => {
    await server.kill();
    await server.start();
  });
}, 120_000);

it('keeps every acknowledged message once, in one order, when mongod is killed in mid-traffic', async () => {
  await crashesInMidTraffic(() => server.killMongod());
}, 120_000);

it('has all data after an orderly stop and start', async () => {
  const person = await signUp(server, { name: 'Keeper' });
  const { body } = await person.api('POST', '/api/chats/group', { name: 'Notes', memberIds: [] });
  await person.api('POST', '/api/messages', { chatId: body.chat.id, content: 'remember' });
  expect(await server.interrupt()).toBe(0);
  await server.start();
  const list = await person.api('GET', '/api/chats');
  expect(list.body.chats[0].lastMessage.content.text).toBe('remember');
});
