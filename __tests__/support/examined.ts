import mongoose from 'mongoose';

/** How many documents of these collections the database looks at for this work; by its profiler, so for one test at a time. */
export async function examinedBy(collections: RegExp, work: () => Promise<unknown>): Promise<number> {
  const { db } = mongoose.connection;
  if (!db) throw new Error('not connected');
  const profile = db.collection('system.profile');
  const startedAt = (await profile.find().sort({ ts: -1 }).limit(1).next())?.ts ?? new Date(0);
  await db.setProfilingLevel('all');
  await work();
  await db.setProfilingLevel('off');
  const commands = await profile.find({ ns: collections, ts: { $gt: startedAt } }).toArray();
  return commands.reduce((sum, { docsExamined = 0 }) => sum + docsExamined, 0);
}
