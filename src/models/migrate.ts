import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import type mongoose from 'mongoose';
import { StartError } from '../errors/start-error';
import { createIndexes } from './indexes';
import { MigrationModel } from './migration.model';
import { trusted } from './trusted';

const LOCK = 'lock';
/** Stands among the migrations while a restore is under way. */
export const RESTORE_MARK = 'restore';
const LOCK_MS = 15_000;
const WAIT_MS = 500;
const DUPLICATE_KEY = 11_000;

/**
 * One change of stored data. It must be harmless to run again, because a crash may come before it is recorded, and safe while
 * the version before it still serves: add and fill first, take away in a later release.
 */
export interface MigrationStep {
  /** Sorts in the order of the steps, and never changes: `0001-what-it-does`. */
  id: string;
  run(db: mongoose.mongo.Db): Promise<void>;
}

/** The steps of this version, in order. */
export const MIGRATION_STEPS: readonly MigrationStep[] = [];

interface MigrateOptions {
  log: (line: string) => void;
  steps?: readonly MigrationStep[];
}

/**
 * Brings the connected database to this version: the steps that were not done yet, in their order, then all indexes. One process at
 * a time; others wait for it. Runs at each start, and by `npm run db:migrate` before one.
 * @throws StartError when the database was migrated by a newer version, whose data this one might misread.
 */
export async function migrate({ log, steps = MIGRATION_STEPS }: MigrateOptions): Promise<void> {
  await MigrationModel.createCollection();
  await alone(log, async () => {
    const { isHalfRestored, undone, newer } = await readHistory(steps);
    if (isHalfRestored)
      throw new StartError('A restore into this database was not finished. Run `npm run restore` again.');
    if (newer.length > 0) {
      throw new StartError(
        `The database was changed by a newer version of Parley (${newer.join(', ')}). Start that version, or restore a backup from before.`,
      );
    }
    for (const step of undone) {
      await step.run(MigrationModel.db.db as mongoose.mongo.Db);
      await MigrationModel.updateOne({ _id: step.id }, { at: new Date() }, { upsert: true });
      log(`migrated: ${step.id}`);
    }
    for (const line of await createIndexes()) log(line);
  });
}

/** What keeps the database from being that of this version, a sentence each; none when it is, or holds nothing yet. */
export async function pendingMigrations(
  steps: readonly MigrationStep[] = MIGRATION_STEPS,
): Promise<string[]> {
  const { isHalfRestored, undone, newer } = await readHistory(steps);
  if (isHalfRestored) return ['a restore was not finished'];
  return [
    ...undone.map(({ id }) => `the migration ${id} was not made`),
    ...newer.map((id) => `the migration ${id} is of a newer version`),
  ];
}

/** What was made of these steps, and what was made that they do not know. */
async function readHistory(steps: readonly MigrationStep[]) {
  const records = await MigrationModel.find().hint({ _id: 1 }).lean();
  const done = new Set(records.map(({ _id }) => _id).filter((id) => id !== LOCK));
  const isHalfRestored = done.delete(RESTORE_MARK);
  const undone = steps.filter(({ id }) => !done.delete(id));
  return { isHalfRestored, undone, newer: [...done] };
}

/** Runs `task` while holding the lock, which a process that dies gives up within 15 s. */
async function alone(log: (line: string) => void, task: () => Promise<void>): Promise<void> {
  const holder = `${hostname()}:${process.pid}:${randomUUID()}`;
  for (let tries = 0; !(await tryLock(holder)); tries++) {
    if (tries === 0) log('waiting for another process that migrates this database');
    await delay(WAIT_MS);
  }
  const renewal = setInterval(() => {
    // A renewal that fails is tried again at the next turn, long before the lock ends.
    MigrationModel.updateOne({ _id: LOCK, holder }, { until: lockEnd() }).catch(() => undefined);
  }, LOCK_MS / 4);
  try {
    await task();
  } finally {
    clearInterval(renewal);
    await MigrationModel.deleteOne({ _id: LOCK, holder });
  }
}

async function tryLock(holder: string): Promise<boolean> {
  try {
    const free = { _id: LOCK, until: trusted({ $lt: new Date() }) };
    await MigrationModel.updateOne(free, { holder, until: lockEnd() }, { upsert: true });
    return true;
  } catch (error) {
    if ((error as { code?: unknown }).code === DUPLICATE_KEY) return false;
    throw error;
  }
}

function lockEnd(): Date {
  return new Date(Date.now() + LOCK_MS);
}
