import { randomBytes } from 'node:crypto';

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
