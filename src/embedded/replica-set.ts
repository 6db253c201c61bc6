/**
 * Turns a lone mongod into a writable single-node replica set, whatever state its data are in: new, set up under
 * another port, or as we left it. Without a replica set there are no transactions and no majority writes.
 */
import { connect } from 'node:net';
import os from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { mongo } from 'mongoose';

/** The name of the embedded set; it is written into the data, so it never changes. */
export const REPLICA_SET_NAME = 'parley';

const POLL_MS = 30;
const CONNECT_TIMEOUT_MS = 2_000;

/** MongoDB's numbers for the two states that need our hand. */
const NOT_YET_INITIALIZED = 94;
const INVALID_REPLICA_SET_CONFIG = 93;

export interface ReplicaSetOptions {
  name: string;
  port: number;
  /** The data the mongod must serve: on a port that was taken it is another program that answers. */
  dbPath: string;
  /** Written to the set's configuration when it is made; MongoDB's default is 10,000 ms. */
  electionTimeoutMillis?: number;
  timeoutMs: number;
  /** Polled while waiting: an error returned here (the mongod died) ends the wait at once. */
  failure?: () => Error | undefined;
}

interface ReplicaSetConfig {
  version: number;
  members: { host: string }[];
  [key: string]: unknown;
}

/** The address of a mongod of ours; direct, because the set's one member is the one we started. */
export function embeddedUri(port: number): string {
  return `mongodb://127.0.0.1:${port}/?directConnection=true`;
}

/**
 * Resolves when the mongod on `port` takes majority writes, after initiating or re-hosting the set if needed.
 * @throws Error when it does not within `timeoutMs`, or what `failure` returned.
 */
export async function ensurePrimary(options: ReplicaSetOptions): Promise<void> {
  const deadline = Date.now() + options.timeoutMs;
  let lastError: unknown;
  while (Date.now() < deadline) {
    throwFailure(options);
    try {
      // The driver looks again only every 500 ms, so it is not asked before somebody listens.
      await assertListening(options.port);
      await withAdmin(options.port, (admin) => waitForPrimary(admin, options, deadline));
      return;
    } catch (error) {
      lastError = error;
      await delay(POLL_MS);
    }
  }
  throw new Error(`mongod on port ${options.port} did not become writable`, { cause: lastError });
}

function throwFailure(options: ReplicaSetOptions): void {
  const failure = options.failure?.();
  if (failure) throw failure;
}

function assertListening(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve();
    });
    socket.once('error', reject);
  });
}

/** Runs `task` on the admin database of the mongod on `port` and closes the connection. */
export async function withAdmin<T>(port: number, task: (admin: mongo.Db) => Promise<T>): Promise<T> {
  const client = new mongo.MongoClient(embeddedUri(port), {
    serverSelectionTimeoutMS: CONNECT_TIMEOUT_MS,
    connectTimeoutMS: CONNECT_TIMEOUT_MS,
    // The driver's dynamic import of `os` fails inside Jest.
    runtimeAdapters: { os },
  });
  try {
    await client.connect();
    return await task(client.db('admin'));
  } finally {
    await client.close();
  }
}

/** The data directory that this mongod was started with. */
export async function servedDbPath(admin: mongo.Db): Promise<string | undefined> {
  return (await admin.command({ getCmdLineOpts: 1 })).parsed?.storage?.dbPath;
}

async function waitForPrimary(admin: mongo.Db, options: ReplicaSetOptions, deadline: number): Promise<void> {
  if ((await servedDbPath(admin)) !== options.dbPath) throw new Error('another mongod answers on this port');
  await configure(admin, options);
  while (!(await admin.command({ hello: 1 })).isWritablePrimary) {
    throwFailure(options);
    if (Date.now() > deadline) throw new Error('no primary yet');
    await delay(POLL_MS);
  }
}

async function configure(admin: mongo.Db, options: ReplicaSetOptions): Promise<void> {
  try {
    await admin.command({ replSetGetStatus: 1 });
  } catch (error) {
    const code = error instanceof mongo.MongoServerError ? error.code : undefined;
    if (code === NOT_YET_INITIALIZED) await initiate(admin, options);
    else if (code === INVALID_REPLICA_SET_CONFIG) await rehost(admin, options.port);
    else throw error;
  }
}

async function initiate(
  admin: mongo.Db,
  { name, port, electionTimeoutMillis }: ReplicaSetOptions,
): Promise<void> {
  const settings = electionTimeoutMillis ? { settings: { electionTimeoutMillis } } : {};
  await admin.command({
    replSetInitiate: { _id: name, members: [{ _id: 0, host: memberHost(port) }], ...settings },
  });
}

/** The set remembers its member by host and port; after a change of port it no longer knows itself. */
async function rehost(admin: mongo.Db, port: number): Promise<void> {
  const { config } = (await admin.command({ replSetGetConfig: 1 })) as unknown as {
    config: ReplicaSetConfig;
  };
  const members = config.members.map((member) => ({ ...member, host: memberHost(port) }));
  await admin.command({ replSetReconfig: { ...config, version: config.version + 1, members }, force: true });
}

function memberHost(port: number): string {
  return `127.0.0.1:${port}`;
}
