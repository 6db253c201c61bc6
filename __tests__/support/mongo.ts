import { randomBytes } from 'node:crypto';
import mongoose from 'mongoose';
import { CONNECT_OPTIONS } from '../../src/models/connect';

/** The variable by which global-setup tells the workers where the run's one mongod listens. */
export const TEST_MONGO_URI = 'PARLEY_TEST_MONGO_URI';

/** The URI of the replica set this test run started (no database name in it). */
export function testMongoUri(): string {
  const uri = process.env[TEST_MONGO_URI];
  if (!uri)
    throw new Error(`${TEST_MONGO_URI} is not set: run the tests through Jest, which starts a mongod first`);
  return uri;
}

/** A database name that no other test file uses: `prefix` (letters, digits, underscores) and a random tail. */
export function uniqueDbName(prefix: string): string {
  return `test_${prefix}_${randomBytes(6).toString('hex')}`;
}

const borrowed = new Set<string>();
const returned = new Set<string>();
const empty: string[] = [];

/**
 * A database without documents. It may have the collections and indexes of a file that ran before, which take the database a quarter
 * of a second to make.
 */
export function borrowDatabase(prefix: string): string {
  const name = empty.pop() ?? uniqueDbName(prefix);
  borrowed.add(name);
  return name;
}

/** Says that nothing works on it any more; once the test file is over, another may have it. */
export function returnDatabase(name: string): void {
  if (borrowed.has(name)) returned.add(name);
}

/** Takes back what was said to be returned, for one that works on it again. */
export function keepDatabase(name: string): void {
  returned.delete(name);
}

/** Empties what was returned. */
export async function emptyReturned(): Promise<void> {
  if (returned.size === 0) return;
  const client = await mongoose.mongo.MongoClient.connect(testMongoUri(), CONNECT_OPTIONS);
  for (const name of returned) {
    for (const collection of await client.db(name).collections()) {
      // Such as the profiler's, in which nobody else may delete.
      if (collection.collectionName.startsWith('system.')) await collection.drop();
      else await collection.deleteMany();
    }
    empty.push(name);
  }
  await client.close();
  returned.clear();
}
