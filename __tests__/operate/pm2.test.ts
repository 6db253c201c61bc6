import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { freePort } from '../../scripts/bench/free-port';
import { startTestApp } from '../support/app';
import '../support/built';
import { openSocket, type Person, signUp } from '../support/client';
import { testMongoUri, uniqueDbName } from '../support/mongo';
import { findPm2, type Pm2, startPm2 } from '../support/pm2';
import { Replica } from '../support/replica';
import { ROOT } from '../support/root';

const ECOSYSTEM = path.join(ROOT, 'ecosystem.config.js');
const PEOPLE = 4;
const JWT_SECRET = 'the same secret for both of the workers, long enough';
const file = findPm2();
const whereThereIsPm2 = file ? describe : describe.skip;

whereThereIsPm2('two workers under PM2, behind one port', () => {
  let pm2: Pm2;
  let url: string;
  let dir: string;
  let people: Person[];
  let chatId: string;

  /** In production codes are not guessed: people sign up beforehand, at a server of the tests. */
  async function signUpAll(dbName: string): Promise<void> {
    const app = await startTestApp({ dbName, env: { JWT_SECRET } });
    people = [];
    for (let i = 0; i < PEOPLE; i += 1) people.push(await signUp(app, { name: `Person ${i}` }));
    const [owner, ...others] = people;
    const group = { name: 'Load', memberIds: others.map(({ id }) => id) };
    chatId = (await owner?.api('POST', '/api/chats/group', group))?.body.chat.id;
    await app.stop();
  }

  beforeAll(async () => {
    dir = mkdtempSync(path.join(os.tmpdir(), 'parley-workers-'));
    const port = String(await freePort());
    url = `http://127.0.0.1:${port}`;
    const limits = {
      RATE_LIMIT_MAX: '1000000',
      AUTH_RATE_LIMIT_MAX: '1000000',
      OTP_IP_HOURLY_MAX: '1000000',
    };
    const dbName = uniqueDbName('pm2');
    await signUpAll(dbName);
    pm2 = startPm2(file ?? '', {
      ...{
        PORT: port,
        HOST: '127.0.0.1',
        DATA_DIR: dir,
        MONGO_URI: testMongoUri(),
        dbName,
      },
      ...{
        JWT_SECRET,
        ALLOWED_ORIGINS: 'none',
        SMS_PROVIDER: 'console',
      },
      ...{ PARLEY_WORKERS: '2', LOG_LEVEL: 'warn', ...limits },
    });
    await pm2.run('start', ECOSYSTEM);
  }, 120_000);
  afterAll(async () => {
    await pm2.kill();
    rmSync(dir, { recursive: true, force: true });
  });

  it('lose, double and swap no message when they are reloaded under load', async () => {
    const before = await pm2.list();
    expect(before.map(({ pm2_env: { status, exec_mode } }) => [status, exec_mode])).toEqual([
      ['online', 'cluster_mode'],
      ['online', 'cluster_mode'],
    ]);
    const replicas = people.map((person) => new Replica(url, person));
    let isReloading = true;
    let sent = 0;
    const load = async (): Promise<void> => {
      while (isReloading) {
        sent += 1;
        for (const replica of replicas) replica.send(chatId, `message ${sent}`, `m-${sent}`);
        await Promise.all(replicas.map((replica) => replica.drained()));
      }
    };
    const loading = load();
    await pm2.run('reload', 'parley');
    isReloading = false;
    await loading;
    const after = await pm2.list();
    const pids = new Set([...before, ...after].map(({ pid }) => pid));
    expect(pids.size).toBe(4);
    await Promise.all(replicas.map((replica) => replica.sync()));
    for (const replica of replicas) {
      const own = [...replica.messages.values()].sort((a, b) => a.seq - b.seq);
      expect(own.map(({ seq }) => seq)).toEqual(own.map((_, i) => i + 1));
      expect([replica.acked.size, replica.doubled, own.length]).toEqual([sent, 0, PEOPLE * sent]);
      replica.close();
    }
    expect(sent).toBeGreaterThan(5);
  }, 120_000);

  it('tell a client that can only poll that it cannot', async () => {
    const socket = openSocket(url, { transports: ['polling'] });
    await new Promise((resolve) => socket.once('connect_error', resolve));
    expect(socket.connected).toBe(false);
    const answer = await fetch(`${url}/socket.io/?EIO=4&transport=polling`);
    expect([answer.status, await answer.json()]).toEqual([400, { code: 0, message: 'Transport unknown' }]);
    socket.close();
  });
});
