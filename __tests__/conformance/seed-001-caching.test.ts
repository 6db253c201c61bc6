/**
 * Seed 001, Caching Strategy: what is kept, for how long, and "Cache invalidation happens automatically when the underlying data changes". What is
 * kept shows by a change behind the server's back, which it does not see; every change through it shows in the very next answer.
 */
import type { ChildProcess } from 'node:child_process';
import { Redis } from 'ioredis';
import { freePort } from '../../scripts/bench/free-port';
import { ContactModel } from '../../src/models/contact.model';
import { MembershipModel } from '../../src/models/membership.model';
import { MessageModel } from '../../src/models/message.model';
import { toObjectId } from '../../src/models/object-id';
import { UserModel } from '../../src/models/user.model';
import { startWorld, type World } from '../support/native-world';
import { hasRedis, killRedis, startRedis } from '../support/redis';
import { kebabParties, type Party } from './seed-001-party';

const MINUTE_MS = 60_000;

let world: World;
const parties = kebabParties(() => world);
const { party } = parties;

/** Something that is kept: what shows it, a change that nobody is told of, and one through the API. */
interface Case {
  reader: Party;
  read(reader: Party): Promise<unknown>;
  tamper(): Promise<unknown>;
  change(): Promise<unknown>;
  /** What the reader sees after the change, and after nothing but the time to live. */
  changed: unknown;
  tampered: unknown;
}

const get = async (who: Party, path: string) => (await who.api('GET', path)).body;

const CASES: Array<[string, { kind: string; minutes: number; make(): Promise<Case> }]> = [
  [
    'User profiles: Cached for 1 hour',
    {
      kind: 'profile',
      minutes: 60,
      async make() {
        const [ann, ben] = [await party('Ann'), await party('Ben')];
        await world.privateChat(ann, ben);
        return {
          reader: ann,
          read: async (who) => (await get(who, '/api/chats')).chats[0].name,
          tamper: () => UserModel.updateOne({ _id: ben.id }, { name: 'Tampered' }),
          change: () => ben.api('PUT', '/api/auth/update-profile', { name: 'Benjamin' }),
          changed: 'Benjamin',
          tampered: 'Tampered',
        };
      },
    },
  ],
  [
    'Chat data: Basic chat info cached for 1 hour',
    {
      kind: 'members',
      minutes: 60,
      async make() {
        const [ann, ben] = [await party('Ann'), await party('Ben')];
        const chatId = await world.group(ann, [ben]);
        const place = { chatId, userId: ben.id };
        return {
          reader: ben,
          read: async (who) => {
            const { members } = (await get(who, '/api/chats')).chats[0];
            return members.find(({ userId }: { userId: string }) => userId === ben.id).role;
          },
          tamper: () => MembershipModel.updateOne(place, { role: 'owner' }),
          change: async () => {
            await MembershipModel.updateOne(place, { role: 'member' });
            await ann.api('PUT', `/api/chats/${chatId}/members/${ben.id}`, { role: 'admin' });
          },
          changed: 'admin',
          tampered: 'owner',
        };
      },
    },
  ],
  [
    'Messages: Recent messages cached for 1 hour',
    {
      kind: 'recent',
      minutes: 60,
      async make() {
        const [ann, ben] = [await party('Ann'), await party('Ben')];
        const chatId = await world.privateChat(ann, ben);
        const path = `/api/chats/${chatId}/messages`;
        const { message } = (await ann.api('POST', path, { content: 'First' })).body;
        return {
          reader: ben,
          read: async (who) => (await get(who, path)).messages[0].content.text,
          tamper: () =>
            MessageModel.collection.updateOne(
              { _id: toObjectId(message.id) },
              { $set: { 'content.text': 'Tampered' } },
            ),
          change: () => ann.api('PUT', `/api/messages/${message.id}`, { content: 'Second' }),
          changed: 'Second',
          tampered: 'Tampered',
        };
      },
    },
  ],
  [
    "Chat lists: User's chat list cached for 1 hour",
    {
      kind: 'chats',
      minutes: 60,
      async make() {
        const [ann, ben] = [await party('Ann'), await party('Ben')];
        const chatId = await world.group(ann, []);
        const place = { joinedAt: new Date(), leftAt: null };
        return {
          reader: ben,
          read: async (who) => (await get(who, '/api/chats')).chats.length,
          tamper: () =>
            MembershipModel.updateOne({ chatId, userId: ben.id }, { $set: place }, { upsert: true }),
          change: () => ben.api('POST', '/api/chats', { type: 'private', memberIds: [ann.id] }),
          changed: 2,
          tampered: 1,
        };
      },
    },
  ],
  [
    'Contacts & Requests: Cached with appropriate TTLs',
    {
      kind: 'contacts',
      minutes: 60,
      async make() {
        const [ann, ben, eve] = [await party('Ann'), await party('Ben'), await party('Eve')];
        await ben.api('POST', '/api/contacts/request', { userId: ann.id });
        return {
          reader: ann,
          read: async (who) => (await get(who, '/api/contacts/pending')).contacts.length,
          tamper: () => ContactModel.deleteOne({ ownerId: ann.id, userId: ben.id }),
          change: () => eve.socket.ask('contact-request-sent', { userId: ann.id }),
          changed: 1,
          tampered: 0,
        };
      },
    },
  ],
  [
    'Notification counts: Cached for 5 minutes',
    {
      kind: 'requests',
      minutes: 5,
      async make() {
        const [ann, ben, eve] = [await party('Ann'), await party('Ben'), await party('Eve')];
        await ben.api('POST', '/api/contacts/request', { userId: ann.id });
        return {
          reader: ann,
          read: async (who) => (await get(who, '/api/notifications/count')).count,
          tamper: () => ContactModel.updateMany({ ownerId: ann.id }, { viewedAt: new Date() }),
          change: async () => {
            await ContactModel.updateMany({ ownerId: ann.id }, { viewedAt: null });
            await eve.api('POST', '/api/contacts/request', { userId: ann.id });
          },
          changed: 2,
          tampered: 0,
        };
      },
    },
  ],
  [
    'Search results: Cached for 10 minutes',
    {
      kind: 'search',
      minutes: 10,
      async make() {
        const ann = await party('Ann');
        const word = `Quill${ann.id.slice(-6)}`;
        const hidden = await party(`Some ${word}`);
        const { searchGrams } = (await UserModel.findById(hidden.id).lean()) ?? {};
        const name = `Some ${word}`;
        await UserModel.updateOne({ _id: hidden.id }, { searchGrams: [], name: 'Nobody' });
        await hidden.api('PUT', '/api/auth/update-profile', { bio: 'Not to be found by the old name' });
        return {
          reader: ann,
          read: async (who) => (await get(who, `/api/contacts/search?q=${word}`)).users.length,
          tamper: () => UserModel.updateOne({ _id: hidden.id }, { searchGrams, name }),
          change: () => party(`Another ${word}`),
          changed: 2,
          tampered: 1,
        };
      },
    },
  ],
];

function tests(where: 'memory' | 'Redis') {
  it.each(CASES)('%s', async (_name, { make }) => {
    const { reader, read, tamper, change, changed } = await make();
    const before = await read(reader);
    await tamper();
    expect(await read(reader)).toEqual(before);
    await change();
    expect(await read(reader)).toEqual(changed);
  });

  if (where === 'memory')
    it.each(CASES)('no longer than that: %s', async (_name, { minutes, make }) => {
      const { reader, read, tamper, tampered } = await make();
      const before = await read(reader);
      await tamper();
      world.clock.advance((minutes - 1) * MINUTE_MS);
      const later = await reader.device();
      expect(await read(later)).toEqual(before);
      world.clock.advance(MINUTE_MS);
      expect(await read(await reader.device())).toEqual(tampered);
    });

  it('leaves the moving half of notification counts to the database: a message shows at once', async () => {
    const [ann, ben] = [await party('Ann'), await party('Ben')];
    const chatId = await world.privateChat(ann, ben);
    const count = async () => (await get(ben, '/api/notifications/count')).count;
    for (const expected of [0, 1, 2, 3]) {
      expect(await count()).toBe(expected);
      await ann.api('POST', `/api/chats/${chatId}/messages`, { content: 'One more' });
    }
    await ben.socket.ask('join-chat', { chatId });
    expect(await count()).toBe(0);
  });

  it('shows each new message, edit, reaction, deletion and own deletion in the very next answer', async () => {
    const [ann, ben] = [await party('Ann'), await party('Ben')];
    const chatId = await world.privateChat(ann, ben);
    const path = `/api/chats/${chatId}/messages`;
    const texts = async (who: Party, limit = 50) =>
      (await get(who, `${path}?limit=${limit}`)).messages.map(
        ({ content }: { content: { text: string } | null }) => content?.text ?? null,
      );
    const sent: Array<{ id: string }> = [];
    for (let i = 1; i <= 53; i += 1) {
      sent.push((await ann.api('POST', path, { content: String(i) })).body.message);
      if (i % 13 === 0) expect((await texts(ben))[0]).toBe(String(i));
    }
    const all = await texts(ben);
    expect(all).toEqual(Array.from({ length: 50 }, (_, i) => String(53 - i)));
    const { id } = sent[52] as { id: string };
    await ben.api('POST', `/api/messages/${id}/react`, { emoji: '👍' });
    expect((await get(ann, path)).messages[0].reactions).toHaveLength(1);
    await ben.api('DELETE', `/api/messages/${id}`);
    expect([(await texts(ben))[0], (await texts(ann))[0]]).toEqual(['52', '53']);
    expect(await texts(ben)).toHaveLength(50);
    const reply = (await ann.api('POST', path, { content: 'A reply', replyTo: id })).body.message;
    await texts(ann);
    await ann.api('DELETE', `/api/messages/${id}?forEveryone=true`);
    const [quoting, tombstone] = (await get(ann, path)).messages;
    expect([quoting.id, quoting.replyTo.content, tombstone.content]).toEqual([reply.id, null, null]);
    const page = await get(ben, `${path}?limit=2`);
    const next = await get(ben, `${path}?limit=2&before=${page.nextCursor}`);
    expect(next.messages.map(({ seq }: { seq: number }) => seq)).toEqual([51, 50]);
  });

  it('shows who joins a group later nothing from before, and nothing at all to who left', async () => {
    const [ann, ben] = [await party('Ann'), await party('Ben')];
    const chatId = await world.group(ann, []);
    const path = `/api/chats/${chatId}/messages`;
    await ann.api('POST', path, { content: 'Before' });
    await get(ann, path);
    await ann.api('POST', `/api/chats/${chatId}/members`, { userIds: [ben.id] });
    await ann.api('POST', path, { content: 'After' });
    const seen = (await get(ben, path)).messages.map(({ content }: { content: object }) => content);
    expect(seen[0]).toEqual({ type: 'text', text: 'After' });
    expect(JSON.stringify(seen)).not.toContain('Before');
    await ann.api('DELETE', `/api/chats/${chatId}/members/${ben.id}`);
    expect((await ben.api('GET', path)).status).toBe(404);
    expect((await get(ben, '/api/chats')).chats).toEqual([]);
  });

  it('keeps nothing of a person who deleted the account', async () => {
    const [ann, ben] = [await party('Ann'), await party('Ben Unique')];
    await world.privateChat(ann, ben);
    expect((await get(ann, '/api/chats')).chats[0].name).toBe('Ben Unique');
    await ben.api('DELETE', '/api/auth/delete-profile');
    expect((await get(ann, '/api/chats')).chats[0].name).toBe('Deleted account');
  });

  it('shows each viewer what that viewer may see of what is kept once for all', async () => {
    const [ann, ben, eve] = [await party('Ann'), await party('Ben'), await party('Eve')];
    const avatarUrl = 'https://pictures.example.org/ben.png';
    await ben.api('PUT', '/api/users/profile', { avatarUrl, privacy: { photo: 'contacts' } });
    await ben.api('POST', '/api/users/add-contact', { userId: ann.id });
    const pictureFor = async (who: Party) => {
      await world.privateChat(who, ben);
      return (await get(who, '/api/chats')).chats[0].avatarUrl;
    };
    expect([await pictureFor(ann), await pictureFor(eve), await pictureFor(ann)]).toEqual([
      avatarUrl,
      null,
      avatarUrl,
    ]);
    await ben.api('POST', '/api/contacts/block', { userId: ann.id });
    expect(await pictureFor(ann).catch(() => null)).toBeNull();
  });
}

describe('in memory', () => {
  beforeAll(async () => {
    world = await startWorld();
  });
  afterAll(async () => {
    parties.stop();
    await world.stop();
  });
  tests('memory');
});

(hasRedis ? describe : describe.skip)('in Redis', () => {
  let redis: ChildProcess;
  let port: number;
  beforeAll(async () => {
    port = await freePort();
    redis = await startRedis(port);
    world = await startWorld({ REDIS_HOST: '127.0.0.1', REDIS_PORT: String(port) });
    const client = new Redis(port);
    while ((await client.keys('parley:cache:*:e')).length === 0) await new Promise(setImmediate);
    client.disconnect();
  });
  afterAll(async () => {
    parties.stop();
    await world.stop();
    await killRedis(redis);
  });
  tests('Redis');

  it.each(CASES)('no longer than that: %s', async (_name, { kind, minutes }) => {
    const client = new Redis(port);
    const keys = await client.keys(`parley:cache:*:v:${kind}:*`);
    const left = await Promise.all(keys.map((key) => client.pttl(key)));
    client.disconnect();
    expect(keys.length).toBeGreaterThan(0);
    for (const ms of left) expect(ms).toBeLessThanOrEqual(minutes * MINUTE_MS);
    expect(Math.max(...left)).toBeGreaterThan((minutes - 4) * MINUTE_MS);
  });
});
