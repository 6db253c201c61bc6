import os from 'node:os';
import mongoose from 'mongoose';
import { isMongoUnavailable } from '../errors/from-mongo';
import { StartError } from '../errors/start-error';
import { answerWithin } from './answer-within';
import { followReach } from './reach';

/** A start waits this long for a database that is still starting, or electing, itself. */
const START_WITHIN_MS = 8000;

/**
 * A connection that hangs without being cut is given up after the sum of the last two, when a heartbeat stays out; whoever waits for a
 * server is answered after the first (`reach.ts` refuses from then on).
 */
export const CONNECT_OPTIONS = {
  serverSelectionTimeoutMS: 3000,
  writeConcern: { w: 'majority', journal: true },
  maxPoolSize: 50,
  heartbeatFrequencyMS: 2000,
  connectTimeoutMS: 4000,
  // The driver imports `os` dynamically, which a CommonJS test runner cannot follow.
  runtimeAdapters: { os },
} satisfies mongoose.ConnectOptions;

/** How many parts of this process use the connection; the last one to leave closes it. */
let users = 0;

/**
 * Connects Mongoose; majority-journaled writes are the default of every collection (contract section 4, acks).
 * @throws StartError when the database cannot be reached or could not keep what an acknowledgement says.
 */
export async function connectMongo(uri: string, dbName: string): Promise<void> {
  mongoose.set('autoIndex', false);
  // Collections are made by migrations; a tool that only looks must not make any.
  mongoose.set('autoCreate', false);
  mongoose.set('sanitizeFilter', true);
  try {
    await open(uri, dbName);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new StartError(`The database of MONGO_URI cannot be opened: ${why}`, error);
  }
  followReach();
  await assertReplicaSet();
  users += 1;
}

async function open(uri: string, dbName: string): Promise<void> {
  for (const deadlineMs = Date.now() + START_WITHIN_MS; ; ) {
    try {
      await mongoose.connect(uri, { ...CONNECT_OPTIONS, dbName });
      return;
    } catch (error) {
      if (!isMongoUnavailable(error) || Date.now() > deadlineMs) throw error;
    }
  }
}

/** A lone mongod takes majority writes without a word and refuses transactions only when the first one comes. */
async function assertReplicaSet(): Promise<void> {
  const hello = await mongoose.connection.db?.admin().command({ hello: 1 });
  if (hello?.setName !== undefined || hello?.msg === 'isdbgrid') return;
  await mongoose.disconnect();
  throw new StartError(
    'The MongoDB of MONGO_URI is no member of a replica set that is initiated. Start mongod with --replSet rs0 and call rs.initiate() once; a set of one will do.',
  );
}

/** True while the database answers. @throws when it does not within `timeoutMs`. */
export async function pingMongo(timeoutMs: number): Promise<void> {
  const db = mongoose.connection.db;
  if (!db) throw new Error('not connected');
  await answerWithin(timeoutMs, db.command({ ping: 1 }));
}

/** Closes the connection, unless another part of this process uses it; pending operations fail. */
export async function disconnectMongo(): Promise<void> {
  users = Math.max(0, users - 1);
  if (users > 0) return;
  await mongoose.disconnect();
}
