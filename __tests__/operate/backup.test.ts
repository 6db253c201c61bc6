/** `npm run backup` and `npm run restore`, as an operator runs them. */
import { execFile } from 'node:child_process';
import { appendFile, cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { startTestApp } from '../support/app';
import { built } from '../support/built';
import type { Person } from '../support/client';
import { signUp } from '../support/client';
import { testMongoUri, uniqueDbName } from '../support/mongo';
import { say, startWorld, type World } from '../support/native-world';
import { fetchBytes, picture, upload } from '../support/uploads';

let world: World;
let alice: Person;
let bob: Person;
let chatId: string;
let bytes: Buffer;
let dir: string;
let folder: string;
let said: Said;
/** The messages that were acknowledged before the backup began. */
let before: string[];

interface Said {
  code: number;
  output: string;
}

function run(tool: string, args: string[], env: Record<string, string>): Promise<Said> {
  const { PATH, HOME } = process.env;
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [built(`operate/${tool}.js`), ...args],
      { cwd: dir, env: { PATH, HOME, MONGO_URI: testMongoUri(), ...env } },
      (error, stdout, stderr) => resolve({ code: error ? 1 : 0, output: stdout + stderr }),
    );
  });
}

beforeAll(async () => {
  dir = await mkdtemp(path.join(os.tmpdir(), 'parley-backup-'));
  folder = path.join(dir, 'taken');
  world = await startWorld();
  alice = await world.person('Alice');
  bob = await world.person('Bob');
  chatId = await world.privateChat(alice, bob);
  bytes = await picture(300, 200);
  const { media } = (await upload(world.app, alice, { bytes, name: 'sea.png' })).body;
  const content = { type: 'image', mediaId: media.id };
  await alice.api('POST', '/api/messages', { chatId, content });
  for (let i = 0; i < 20; i += 1) await say(bob, chatId, `before ${i}`);
  before = await textsOf(alice);
  said = await whileTalking(() => run('backup', [folder], env(world.app.config)));
});
afterAll(async () => {
  await rm(dir, { recursive: true, force: true });
});

function env({ mongo, dataDir }: World['app']['config'], dbName = mongo.dbName): Record<string, string> {
  return { dbName, DATA_DIR: dataDir };
}

async function textsOf(person: Person): Promise<string[]> {
  const texts: string[] = [];
  for (let after: number | null = 0; after !== null; ) {
    const page = await person.api('GET', `/api/chats/${chatId}/messages?limit=100&after=${after}`);
    texts.push(
      ...page.body.messages.map((m: { content: { text?: string } }) => m.content.text ?? '').reverse(),
    );
    after = page.body.nextCursor;
  }
  return texts;
}

/** Four lines of traffic for as long as `work` takes. */
async function whileTalking<T>(work: () => Promise<T>): Promise<T> {
  let isOver = false;
  const talkers = [alice, bob, alice, bob].map(async (person, i) => {
    for (let n = 0; !isOver; n += 1) await say(person, chatId, `during ${i}/${n}`);
  });
  const result = await work();
  isOver = true;
  await Promise.all(talkers);
  return result;
}

describe('a backup that was taken under load', () => {
  it('says what it holds', () => {
    expect(said.output).toMatch(/Backed up \d+ documents and 2 files to .*taken/);
    expect(said.code).toBe(0);
  });

  it('is not put over what is there unless one says so', async () => {
    const dbName = uniqueDbName('occupied');
    const settings = { dbName, DATA_DIR: path.join(dir, 'occupied') };
    expect((await run('restore', [folder], settings)).code).toBe(0);
    const refused = await run('restore', [folder], settings);
    expect(refused.code).toBe(1);
    expect(refused.output).toContain('is not empty');
    expect((await run('restore', [folder, '--replace'], settings)).code).toBe(0);
  });

  it('is not written over', async () => {
    const again = await run('backup', [folder], env(world.app.config));
    expect(again).toEqual({ code: 1, output: expect.stringContaining('exists already') });
  });
});

describe('a damaged backup', () => {
  let copy: string;

  beforeEach(async () => {
    copy = path.join(await mkdtemp(path.join(dir, 'copy-')), 'backup');
    await cp(folder, copy, { recursive: true });
  });

  const check = () => run('restore', [copy, '--check'], {});

  it('is told from a whole one', async () => {
    expect(await check()).toEqual({ code: 0, output: expect.stringContaining('is whole') });
  });

  it('is found when a collection was cut off', async () => {
    const file = path.join(copy, 'database', 'messages.bson.gz');
    const content = await readFile(file);
    await writeFile(file, content.subarray(0, content.length - 10));
    expect(await check()).toEqual({ code: 1, output: expect.stringMatching(/damaged at .*messages/) });
  });

  it('is found when a file has other bytes, or is not there', async () => {
    const { media } = JSON.parse(await readFile(path.join(copy, 'manifest.json'), 'utf8'));
    const file = path.join(copy, 'media', media[0].key.slice(0, 2), media[0].key);
    await appendFile(file, 'x');
    expect((await check()).output).toContain('its content is not what was written');
    await rm(file);
    expect((await check()).output).toContain('it is not there');
  });

  it('leaves the database alone', async () => {
    await writeFile(path.join(copy, 'database', 'users.bson.gz'), 'no gzip');
    const texts = await textsOf(alice);
    const restored = await run('restore', [copy, '--replace'], env(world.app.config));
    expect(restored.code).toBe(1);
    expect(await textsOf(alice)).toEqual(texts);
  });

  it('is not a folder without a manifest', async () => {
    await rm(path.join(copy, 'manifest.json'));
    expect(await check()).toEqual({ code: 1, output: expect.stringContaining('holds no backup') });
  });
});

describe('the server of a restored backup', () => {
  it('has every message of before the backup, no gap, and the files', async () => {
    const dbName = uniqueDbName('restored');
    const dataDir = path.join(dir, 'elsewhere');
    const restored = await run('restore', [folder], { dbName, DATA_DIR: dataDir });
    expect(restored.output).toContain('Restored the backup of ');
    // Two servers in one process would share their connection.
    await world.stop();
    const app = await startTestApp({ dbName, env: { DATA_DIR: dataDir } });
    try {
      const again = await signUp(app, { phoneNumber: alice.phoneNumber });
      expect(again.id).toBe(alice.id);
      const texts = await textsOf(again);
      expect(texts.slice(0, before.length)).toEqual(before);
      expect(texts.length).toBeGreaterThan(before.length);
      const { chats } = (await again.api('GET', '/api/chats')).body;
      expect(chats[0].seq).toBe(texts.length);
      const first = (await again.api('GET', `/api/chats/${chatId}/messages?after=0&limit=1`)).body
        .messages[0];
      expect((await fetchBytes(first.content.url)).bytes.equals(bytes)).toBe(true);
      expect((await say(again, chatId, 'and on it goes')).seq).toBe(texts.length + 1);
    } finally {
      await app.stop();
    }
  });
});
