import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ChatModel } from '../../src/models/chat.model';
import { connectMongo, disconnectMongo } from '../../src/models/connect';
import { ContactModel } from '../../src/models/contact.model';
import { MembershipModel } from '../../src/models/membership.model';
import { MessageModel } from '../../src/models/message.model';
import { UserModel } from '../../src/models/user.model';
import { testMongoUri, uniqueDbName } from '../support/mongo';
import { ROOT } from '../support/root';

const dbName = uniqueDbName('seed');
const dataDir = mkdtempSync(path.join(tmpdir(), 'parley-seed-'));

function runSeed(env: Record<string, string> = {}): Promise<{ code: number; output: string }> {
  const { PATH, HOME } = process.env;
  const settings = { PATH, HOME, MONGO_URI: testMongoUri(), dbName, DATA_DIR: dataDir, ...env };
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ['--import', 'tsx', 'scripts/seed.ts'],
      { cwd: ROOT, env: settings },
      (error, stdout, stderr) => resolve({ code: error ? 1 : 0, output: stdout + stderr }),
    );
  });
}

function countAll(): Promise<number[]> {
  const counted = [UserModel, ChatModel, MembershipModel, MessageModel, ContactModel] as const;
  return Promise.all(counted.map((model) => (model as typeof UserModel).estimatedDocumentCount()));
}

beforeAll(() => connectMongo(testMongoUri(), dbName));
afterAll(async () => {
  await disconnectMongo();
  rmSync(dataDir, { recursive: true });
});

describe('npm run seed', () => {
  it('makes three people with chats and says how to sign in', async () => {
    const { code, output } = await runSeed();
    expect(output).toContain('+911111111111');
    expect(output).toContain('123456');
    expect(code).toBe(0);
    const people = await UserModel.find().hint({ _id: 1 }).sort({ phoneNumber: 1 }).lean();
    expect(people.map(({ name, username, phoneVerified }) => ({ name, username, phoneVerified }))).toEqual([
      { name: 'Alice', username: 'alice', phoneVerified: true },
      { name: 'Bob', username: 'bob', phoneVerified: true },
      { name: 'Charlie', username: 'charlie', phoneVerified: true },
    ]);
    expect(await countAll()).toEqual([3, 4, 9, 12, 6]);
  });

  it('adds nothing the second time, and leaves what people changed', async () => {
    const before = await countAll();
    await UserModel.updateOne({ phoneNumber: '+911111111111' }, { name: 'Alicia' });
    const group = await ChatModel.findOneAndUpdate(
      { type: 'group' },
      { name: 'Renamed' },
      { hint: { _id: 1 } },
    );
    expect((await runSeed()).code).toBe(0);
    expect(await countAll()).toEqual(before);
    expect((await UserModel.findOne({ phoneNumber: '+911111111111' }))?.name).toBe('Alicia');
    expect((await ChatModel.findById(group?._id))?.name).toBe('Renamed');
  });

  it('completes what an interrupted run left out', async () => {
    const before = await countAll();
    const bob = await UserModel.findOne({ phoneNumber: '+912222222222' });
    await ContactModel.deleteOne({ ownerId: bob?._id });
    await MessageModel.deleteOne({ senderId: bob?._id, tempId: 'seed:alice-bob:4' });
    expect((await runSeed()).code).toBe(0);
    expect(await countAll()).toEqual(before);
  });

  it('refuses in production', async () => {
    const before = await countAll();
    const { code, output } = await runSeed({
      NODE_ENV: 'production',
      ALLOWED_ORIGINS: 'none',
      JWT_SECRET: 'x'.repeat(32),
      SMS_PROVIDER: 'console',
    });
    expect(code).toBe(1);
    expect(output).toContain('NODE_ENV is production');
    expect(await countAll()).toEqual(before);
  });
});
