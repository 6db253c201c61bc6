import type { ChildProcess } from 'node:child_process';
import { Redis } from 'ioredis';
import { freePort } from '../../scripts/bench/free-port';
import { UserModel } from '../../src/models/user.model';
import { startTestApp } from '../support/app';
import { type Person, signUp } from '../support/client';
import { uniqueDbName } from '../support/mongo';
import { at, startTwoNodes, type TwoNodes } from '../support/nodes';
import { hasRedis, killRedis, startRedis } from '../support/redis';

const ROUNDS = 8;

let nodes: TwoNodes;
/** The same people at one node and at the other. */
let ann: { a: Person; b: Person };
let ben: { a: Person; b: Person };
let chatId: string;
let groupId: string;

async function begin(env: Record<string, string>): Promise<void> {
  nodes = await startTwoNodes(env);
  const both = (person: Person) => ({ a: person, b: at(nodes.b, person) });
  ann = both(await nodes.person('Ann'));
  ben = both(await nodes.person('Ben'));
  chatId = (await ann.a.api('POST', '/api/chats/private', { userId: ben.a.id })).body.chat.id;
  groupId = await nodes.group(ann.a, [ben.a]);
}

const get = async (who: Person, path: string) => (await who.api('GET', path)).body;
const chatsOf = async (who: Person) => (await get(who, '/api/chats')).chats;

/** What was acknowledged by one node is in what the other one answers right after that, whatever it answered just before. */
function tests() {
  it('a profile', async () => {
    const nameAt = async (who: Person) =>
      (await chatsOf(who)).find((chat: { id: string }) => chat.id === chatId).name;
    for (let round = 0; round < ROUNDS; round += 1) {
      await Promise.all([nameAt(ann.a), nameAt(ann.b)]);
      const [from, to] = round % 2 === 0 ? [ben.a, ann.b] : [ben.b, ann.a];
      await from.api('PUT', '/api/users/profile', { name: `Ben ${round}` });
      expect(await nameAt(to)).toBe(`Ben ${round}`);
    }
  });

  it('a message that was edited, reacted to, deleted for oneself, and for everyone', async () => {
    const path = `/api/chats/${chatId}/messages`;
    const first = async (who: Person) => (await get(who, path)).messages[0];
    for (let round = 0; round < ROUNDS; round += 1) {
      const [from, to] = round % 2 === 0 ? [ann.a, ben.b] : [ann.b, ben.a];
      const { message } = (await from.api('POST', path, { content: `Message ${round}` })).body;
      expect((await first(to)).id).toBe(message.id);
      await from.api('PUT', `/api/messages/${message.id}`, { content: `Edited ${round}` });
      expect((await first(to)).content.text).toBe(`Edited ${round}`);
      await from.api('POST', `/api/messages/${message.id}/react`, { emoji: '👍' });
      expect((await first(to)).reactions).toHaveLength(1);
      const other = to === ben.b ? ben.a : ben.b;
      await to.api('DELETE', `/api/messages/${message.id}`);
      expect((await first(other))?.id).not.toBe(message.id);
      await first(from);
      await from.api('DELETE', `/api/messages/${message.id}?forEveryone=true`);
      expect((await first(from === ann.a ? ann.b : ann.a)).content).toBeNull();
    }
  });

  it('members and their roles, and which chats one is in', async () => {
    const roleAt = async (who: Person) =>
      (await chatsOf(who))
        .find((chat: { id: string }) => chat.id === groupId)
        ?.members.find(({ userId }: { userId: string }) => userId === ben.a.id)?.role;
    for (let round = 0; round < ROUNDS; round += 1) {
      const [from, to] = round % 2 === 0 ? [ann.a, ann.b] : [ann.b, ann.a];
      const role = round % 2 === 0 ? 'admin' : 'member';
      await from.api('PUT', `/api/chats/${groupId}/members/${ben.a.id}`, { role });
      expect(await roleAt(to)).toBe(role);
      await from.api('DELETE', `/api/chats/${groupId}/members/${ben.a.id}`);
      expect(await roleAt(to)).toBeUndefined();
      expect((await chatsOf(ben.b)).map(({ id }: { id: string }) => id)).not.toContain(groupId);
      await from.api('POST', `/api/chats/${groupId}/members`, { userIds: [ben.a.id] });
      expect((await chatsOf(ben.b)).map(({ id }: { id: string }) => id)).toContain(groupId);
    }
  });

  it('requests, how many wait, and contacts', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const eve = await nodes.person(`Eve ${round}`);
      const [from, to] = round % 2 === 0 ? [eve, ann.b] : [at(nodes.b, eve), ann.a];
      const waiting = async (who: Person) =>
        (await get(who, '/api/notifications/all-counts')).contactRequests;
      await Promise.all([waiting(ann.a), waiting(ann.b), get(to, '/api/contacts/pending')]);
      await from.api('POST', '/api/contacts/request', { userId: ann.a.id });
      expect(await waiting(to)).toBe(1);
      expect((await get(to, '/api/contacts/pending')).contacts).toHaveLength(1);
      await to.api('PATCH', `/api/contacts/request/${eve.id}/accept`);
      const other = to === ann.b ? ann.a : ann.b;
      expect(await waiting(other)).toBe(0);
      const { contacts } = await get(other, '/api/contacts');
      expect(contacts.map(({ user }: { user: { id: string } }) => user.id)).toContain(eve.id);
    }
  });

  it('who is found', async () => {
    const found = async (who: Person) => (await get(who, '/api/users/search?q=quince')).users.length;
    for (let round = 0; round < 4; round += 1) {
      expect([await found(ann.a), await found(ann.b)]).toEqual([round, round]);
      const person = await nodes.person('Nobody');
      const from = round % 2 === 0 ? person : at(nodes.b, person);
      await from.api('PUT', '/api/users/profile', { name: `Quince ${round}` });
    }
  });
}

describe('two nodes without Redis', () => {
  beforeAll(() => begin({}));
  afterAll(() => nodes.stop());
  tests();
});

describe('a node without Redis that gets company for a while', () => {
  it('keeps things while it is alone, gives out nothing meanwhile, and nothing of before afterwards', async () => {
    const dbName = uniqueDbName('company');
    const a = await startTestApp({ dbName });
    const [one, two] = [await signUp(a, { name: 'One' }), await signUp(a, { name: 'Two' })];
    await one.api('POST', '/api/chats/private', { userId: two.id });
    const shown = async () => (await chatsOf(one))[0].name;
    const rename = (name: string) => UserModel.updateOne({ _id: two.id }, { name });
    expect(await shown()).toBe('Two');
    await rename('Behind its back');
    expect(await shown()).toBe('Two');
    const b = await startTestApp({ dbName });
    expect(await shown()).toBe('Behind its back');
    await at(b, two).api('PUT', '/api/users/profile', { name: 'By the other node' });
    expect(await shown()).toBe('By the other node');
    await b.stop();
    await rename('Behind its back again');
    expect(await shown()).toBe('Behind its back again');
    // Alone again, which it notices when it looks at the leases next, it keeps things again.
    for (let name = 0, isKept = false; !isKept; name += 1) {
      const before = await shown();
      await rename(String(name));
      isKept = (await shown()) === before;
    }
    await a.stop();
  });
});

(hasRedis ? describe : describe.skip)('two nodes with Redis', () => {
  let redis: ChildProcess;
  let port: number;
  beforeAll(async () => {
    port = await freePort();
    redis = await startRedis(port);
    await begin({ REDIS_HOST: '127.0.0.1', REDIS_PORT: String(port) });
  });
  afterAll(async () => {
    await nodes.stop();
    await killRedis(redis);
  });
  tests();

  describe('while Redis takes its time', () => {
    /** What is kept of the chat's messages is valid as long as this is there; resolves to whether it is, once `work` is acknowledged. */
    async function isValidAfter(work: (messageId: string) => Promise<unknown>): Promise<boolean> {
      const path = `/api/chats/${chatId}/messages`;
      const { message } = (await ann.a.api('POST', path, { content: 'Old' })).body;
      await get(ben.b, path);
      const client = new Redis(port);
      const versions = () => client.keys(`parley:cache:*:t:messages:${chatId}`);
      expect(await versions()).toHaveLength(1);
      await client.call('CLIENT', 'PAUSE', '200', 'WRITE');
      await work(message.id);
      const left = await versions();
      client.disconnect();
      return left.length > 0;
    }

    it('the acknowledgement of an event waits until no node gives out the old', async () => {
      const socket = await nodes.socket(nodes.a, ann.a);
      const edit = (messageId: string) => socket.ask('edit_message', { messageId, newContent: 'New' });
      expect(await isValidAfter(edit)).toBe(false);
    });
  });

  it('really keep things there', async () => {
    const client = new Redis(port);
    const keys = await client.keys('parley:cache:*:v:*');
    client.disconnect();
    expect(new Set(keys.map((key) => key.split(':v:')[1]?.split(':')[0]))).toEqual(
      new Set(['profile', 'members', 'recent', 'chats', 'contacts', 'requests', 'search']),
    );
  });
});
