import os from 'node:os';
import mongoose from 'mongoose';

/** A connection that hangs without being cut is given up after the sum of the last two: whoever waits on it is then answered. */
export const CONNECT_OPTIONS = {
  serverSelectionTimeoutMS: 8000,
  writeConcern: { w: 'majority', journal: true },
  maxPoolSize: 50,
  heartbeatFrequencyMS: 5000,
  connectTimeoutMS: 5000,
  // The driver imports `os` dynamically, which a CommonJS test runner cannot follow.
  runtimeAdapters: { os },
} satisfies mongoose.ConnectOptions;

/** Connects Mongoose; majority-journaled writes are the default of every collection (contract section 4, acks). */
export async function connectMongo(uri: string, dbName: string): Promise<void> {
  mongoose.set('autoIndex', false);
  mongoose.set('sanitizeFilter', true);
  await mongoose.connect(uri, { ...CONNECT_OPTIONS, dbName });
}

/** Makes every index that the models declare; safe to run again and on a live database. */
export async function createIndexes(): Promise<void> {
  for (const model of Object.values(mongoose.models)) {
    await model.createCollection();
    await model.createIndexes();
  }
}

/** True while the database answers. @throws when it does not within `timeoutMs`. */
export async function pingMongo(timeoutMs: number): Promise<void> {
  const db = mongoose.connection.db;
  if (!db) throw new Error('not connected');
  await db.command({ ping: 1 }, { timeoutMS: timeoutMs });
}

/** Closes the connection; pending operations fail. */
export async function disconnectMongo(): Promise<void> {
  await mongoose.disconnect();
}
