import { type ChildProcess, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { mongo } from 'mongoose';
import { freePort } from '../../scripts/bench/free-port';
import { processStart } from '../../src/embedded/data-dir-lock';
import { type EmbeddedMongod, startEmbeddedMongod } from '../../src/embedded/mongod';
import { testMongoUri } from '../support/mongo';
import { findTestMongod } from '../support/own-mongod';

const HOLDER = path.join(__dirname, '../support/embedded-holder.ts');
const MAJORITY = { writeConcern: { w: 'majority', journal: true } } as const;

interface HolderReport {
  uri: string;
  pid: number;
  refused?: string;
}

let binary: string;
let dataDir: string;
let log: string[];
let logged: EventEmitter;
let running: EmbeddedMongod[];
let holders: ChildProcess[];

beforeAll(async () => {
  binary = await findTestMongod();
});

beforeEach(() => {
  dataDir = mkdtempSync(path.join(os.tmpdir(), 'parley-embedded-'));
  log = [];
  logged = new EventEmitter();
  running = [];
  holders = [];
});

afterEach(async () => {
  for (const holder of holders) holder.kill('SIGKILL');
  await Promise.all(running.map((mongod) => mongod.stop()));
  rmSync(dataDir, { recursive: true, force: true });
});

async function start(port?: number): Promise<EmbeddedMongod> {
  const mongod = await startEmbeddedMongod({ dataDir, binary, port, log: takeLine });
  running.push(mongod);
  return mongod;
}

function takeLine(line: string): void {
  log.push(line);
  logged.emit('line');
}

async function untilLogged(pattern: RegExp): Promise<void> {
  while (!log.some((line) => pattern.test(line))) await once(logged, 'line');
}

/** Starts the mongod from another process, as a second Parley would. */
async function startHolder(): Promise<{ holder: ChildProcess; report: HolderReport }> {
  const holder = spawn(process.execPath, ['--import', 'tsx', HOLDER, dataDir, binary], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  holders.push(holder);
  const [line] = await once(createInterface({ input: holder.stdout }), 'line');
  return { holder, report: JSON.parse(line) as HolderReport };
}

async function withClient<T>(uri: string, task: (client: mongo.MongoClient) => Promise<T>): Promise<T> {
  const client = new mongo.MongoClient(uri, { runtimeAdapters: { os } });
  try {
    return await task(client);
  } finally {
    await client.close();
  }
}

const notes = (client: mongo.MongoClient) => client.db('parley').collection<{ _id: string }>('notes');
const write = (uri: string, id: string) => withClient(uri, (c) => notes(c).insertOne({ _id: id }, MAJORITY));
const readIds = (uri: string) =>
  withClient(uri, async (c) => (await notes(c).find().sort({ _id: 1 }).toArray()).map((note) => note._id));

/** Resolves when the driver's retries have found the mongod again, and its keeper knows that it is back. */
async function killMongodAndWrite(mongod: EmbeddedMongod, id: string): Promise<void> {
  await withClient(mongod.uri, async (client) => {
    await notes(client).insertOne({ _id: 'before the kill' }, MAJORITY);
    process.kill(mongod.pid, 'SIGKILL');
    for (;;) {
      try {
        await notes(client).insertOne({ _id: id }, MAJORITY);
        return untilLogged(/mongod is back after \d+ ms/);
      } catch (error) {
        if (!(error instanceof mongo.MongoError)) throw error;
      }
    }
  });
}

describe('the embedded mongod', () => {
  it('is a replica set with transactions and change streams', async () => {
    const { uri } = await start();
    await withClient(uri, async (client) => {
      const stream = notes(client).watch();
      const heard = stream.next();
      await client.withSession((session) =>
        session.withTransaction(() => notes(client).insertOne({ _id: 'in a transaction' }, { session })),
      );
      await expect(heard).resolves.toMatchObject({ documentKey: { _id: 'in a transaction' } });
      await stream.close();
    });
  });

  it('stops within four seconds while clients are connected, and keeps its data and its port', async () => {
    const first = await start();
    await withClient(first.uri, async (client) => {
      await notes(client).insertOne({ _id: 'kept' }, MAJORITY);
      const before = Date.now();
      await first.stop();
      expect(Date.now() - before).toBeLessThan(4_000);
    });
    expect(processStart(first.pid)).toBeUndefined();
    const second = await start();
    expect(second.uri).toBe(first.uri);
    await expect(readIds(second.uri)).resolves.toEqual(['kept']);
  });

  it('comes back on the same port after kill -9, with every acknowledged write', async () => {
    const mongod = await start();
    const killed = mongod.pid;
    await killMongodAndWrite(mongod, 'after the kill');
    expect(mongod.pid).not.toBe(killed);
    await expect(readIds(mongod.uri)).resolves.toEqual(['after the kill', 'before the kill']);
    expect(log[0]).toMatch(`mongod (pid ${killed}) ended unexpectedly (SIGKILL)`);
  });

  it('is taken over when the Parley that started it was killed, and watched over again', async () => {
    const { holder, report } = await startHolder();
    await write(report.uri, 'from the killed one');
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    const mongod = await start();
    expect(mongod.pid).toBe(report.pid);
    await expect(readIds(mongod.uri)).resolves.toEqual(['from the killed one']);
    await killMongodAndWrite(mongod, 'after both kills');
    expect(mongod.pid).not.toBe(report.pid);
  });

  it('keeps its data when the port changes', async () => {
    const first = await start();
    await write(first.uri, 'from the old port');
    await first.stop();
    const port = await freePort();
    const second = await start(port);
    expect(second.uri).toContain(String(port));
    await expect(readIds(second.uri)).resolves.toEqual(['from the old port']);
    await write(second.uri, 'from the new port');
  });

  it('is refused to a second Parley on the same data directory while the first one lives', async () => {
    const first = await start();
    const { report } = await startHolder();
    expect(report.refused).toContain(`in use by the Parley with pid ${process.pid}`);
    expect(report.refused).toContain('another DATA_DIR');
    await write(first.uri, 'still writable');
  });

  it('says in the words of mongod why it does not start', async () => {
    const { port } = new URL(testMongoUri());
    await expect(start(Number(port))).rejects.toThrow(/Address already in use/);
    await start();
  });
});
