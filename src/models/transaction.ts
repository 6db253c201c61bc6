import mongoose, { type ClientSession } from 'mongoose';
import { isDuplicateKey } from '../errors/from-mongo';
import { assertDatabase } from './reach';

export type { ClientSession } from 'mongoose';

/**
 * Runs `work` in a transaction, again when somebody else changed the same documents meanwhile; it must have no effects but
 * those of its session. Two nodes inserting the same key may see a refusal instead of a conflict: then it is tried once more.
 */
export async function inTransaction<T>(work: (session: ClientSession) => Promise<T>): Promise<T> {
  try {
    return await runOnce(work);
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    return runOnce(work);
  }
}

async function runOnce<T>(work: (session: ClientSession) => Promise<T>): Promise<T> {
  let result: { value: T } | undefined;
  await mongoose.connection.transaction(async (session) => {
    // The driver would try for two minutes.
    assertDatabase();
    result = { value: await work(session) };
  });
  if (!result) throw new Error('the transaction ended without a result');
  return (result as { value: T }).value;
}
