import mongoose from 'mongoose';
import { connectMongo, disconnectMongo } from '../../src/models/connect';
import { compareIndexes } from '../../src/models/indexes';
import { loadAllModels } from '../../src/models/load-all';
import { type MigrationStep, migrate } from '../../src/models/migrate';
import { MigrationModel } from '../../src/models/migration.model';
import { OtpChallengeModel } from '../../src/models/otp-challenge.model';
import { SessionModel } from '../../src/models/session.model';
import { testMongoUri, uniqueDbName } from '../support/mongo';

const quiet = () => undefined;

beforeAll(async () => {
  loadAllModels();
  await connectMongo(testMongoUri(), uniqueDbName('migrate'));
});
afterAll(disconnectMongo);
afterEach(async () => {
  await MigrationModel.deleteMany().hint({ _id: 1 });
});

function step(id: string, ran: string[], work: () => Promise<void> = async () => undefined): MigrationStep {
  return {
    id,
    async run() {
      await work();
      ran.push(id);
    },
  };
}

describe('a migration', () => {
  it('makes every declared index, and finds nothing to do the second time', async () => {
    await migrate({ log: quiet });
    expect(await compareIndexes()).toEqual({ missing: [], undeclared: [] });
    const lines: string[] = [];
    await migrate({ log: (line) => lines.push(line) });
    expect(lines).toEqual([]);
  });

  it('runs its steps in order, each once', async () => {
    const ran: string[] = [];
    const steps = [step('0001-first', ran), step('0002-second', ran)];
    await migrate({ log: quiet, steps: steps.slice(0, 1) });
    await migrate({ log: quiet, steps });
    await migrate({ log: quiet, steps });
    expect(ran).toEqual(['0001-first', '0002-second']);
  });

  it('repeats a step that failed, and does not go past it', async () => {
    const ran: string[] = [];
    let isBroken = true;
    const breaks = step('0001-breaks', ran, async () => {
      if (isBroken) throw new Error('no space left');
    });
    const steps = [breaks, step('0002-after', ran)];
    await expect(migrate({ log: quiet, steps })).rejects.toThrow('no space left');
    expect(ran).toEqual([]);
    isBroken = false;
    await migrate({ log: quiet, steps });
    expect(ran).toEqual(['0001-breaks', '0002-after']);
  });

  it('runs in one process at a time: the others wait and then find it done', async () => {
    const ran: string[] = [];
    let running = 0;
    let most = 0;
    const busy = step('0001-busy', ran, async () => {
      running += 1;
      most = Math.max(most, running);
      await mongoose.connection.db?.command({ ping: 1 });
      running -= 1;
    });
    await Promise.all([1, 2, 3].map(() => migrate({ log: quiet, steps: [busy] })));
    expect(ran).toEqual(['0001-busy']);
    expect(most).toBe(1);
    expect(await MigrationModel.findById('lock')).toBeNull();
  });

  it('takes over the lock of a process that died', async () => {
    await MigrationModel.create({ _id: 'lock', holder: 'dead', until: new Date(Date.now() - 1) });
    await migrate({ log: quiet });
    expect(await MigrationModel.findById('lock')).toBeNull();
  });

  it('refuses a database that a newer version has changed', async () => {
    await MigrationModel.create({ _id: '9999-of-the-future', at: new Date() });
    await expect(migrate({ log: quiet })).rejects.toThrow(/newer version of Parley \(9999-of-the-future\)/);
  });

  it('changes the time to live of an index in place', async () => {
    await migrate({ log: quiet });
    const { collection } = SessionModel;
    await collection.dropIndex('expiresAt_1');
    await collection.createIndex({ expiresAt: 1 }, { expireAfterSeconds: 5 });
    const lines: string[] = [];
    await migrate({ log: (line) => lines.push(line) });
    expect(lines).toEqual(['sessions: expiresAt_1 now keeps documents for 86400 s']);
    const index = (await collection.indexes()).find(({ name }) => name === 'expiresAt_1');
    expect(index?.expireAfterSeconds).toBe(86_400);
  });

  it('builds an index anew whose options changed, and leaves one that nobody declares', async () => {
    const { collection } = OtpChallengeModel;
    await collection.dropIndex('purgeAt_1');
    await collection.createIndex({ purgeAt: 1 });
    await collection.createIndex({ older: 1 });
    const lines: string[] = [];
    await migrate({ log: (line) => lines.push(line) });
    expect(lines).toEqual([expect.stringContaining('purgeAt_1')]);
    expect(await compareIndexes()).toEqual({ missing: [], undeclared: ['otpchallenges.older_1'] });
  });
});
