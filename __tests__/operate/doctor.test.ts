/** `npm run doctor` against planted faults: each is found, and its mend named. */
import { execFile } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import mongoose from 'mongoose';
import { freePort } from '../../scripts/bench/free-port';
import { ensureKeyPair } from '../../src/helpers/key-files';
import { RESTORE_MARK } from '../../src/models/migrate';
import { checkClock } from '../../src/operate/doctor/database';
import { startTestApp, type TestApp } from '../support/app';
import { built } from '../support/built';
import { CLOUDINARY_ACCOUNT, type FakeCloudinary, startFakeCloudinary } from '../support/fake-cloudinary';
import { type MailServer, startMailServer } from '../support/mail-server';
import { testMongoUri } from '../support/mongo';
import { findTurnserver, startTurnserver, type Turnserver } from '../support/turnserver';

let dir: string;
let keysDir: string;
let app: TestApp;
let cloud: FakeCloudinary;
let mail: MailServer;
let unused: number;
let turn: Turnserver | undefined;

const turnserver = findTurnserver();
const itWithTurn = turnserver ? it : it.skip;

beforeAll(async () => {
  dir = mkdtempSync(path.join(os.tmpdir(), 'parley-doctor-'));
  keysDir = path.join(dir, 'keys');
  await ensureKeyPair(keysDir);
  app = await startTestApp();
  cloud = await startFakeCloudinary();
  mail = await startMailServer();
  unused = await freePort();
  if (turnserver) turn = await startTurnserver(turnserver, 'the-turn-secret');
});
afterAll(async () => {
  await app.stop();
  await cloud.stop();
  await mail.stop();
  await turn?.stop();
  rmSync(dir, { recursive: true });
});

/** The doctor's words about a server that is in order but for `settings`. */
function examine(settings: Record<string, string> = {}): Promise<{ code: number; output: string }> {
  const { PATH, HOME } = process.env;
  const env = {
    PATH,
    HOME,
    NODE_ENV: 'production',
    MONGO_URI: testMongoUri(),
    dbName: app.config.mongo.dbName,
    DATA_DIR: path.join(dir, 'data'),
    KEYS_DIR: keysDir,
    ALLOWED_ORIGINS: 'none',
    SMS_PROVIDER: 'console',
    PUBLIC_URL: app.url,
    STUN_URLS: 'none',
    ...settings,
  };
  return new Promise((resolve) => {
    execFile(process.execPath, [built('operate/doctor.js')], { cwd: dir, env }, (error, stdout, stderr) =>
      resolve({ code: error ? 1 : 0, output: stdout + stderr }),
    );
  });
}

/** The line of a fault and the line of its mend, as they stand in the report. */
function mendOf(output: string, fault: RegExp, level = 'FAIL'): string {
  const lines = output.split('\n');
  const at = lines.findIndex((line) => line.startsWith(level) && fault.test(line));
  if (at < 0) throw new Error(`No fault ${fault} in:\n${output}`);
  return lines[at + 1]?.trim() ?? '';
}

const cloudinary = (secret: string) => ({
  MEDIA_PROVIDER: 'cloudinary',
  CLOUDINARY_CLOUD_NAME: CLOUDINARY_ACCOUNT.cloudName,
  CLOUDINARY_API_KEY: CLOUDINARY_ACCOUNT.apiKey,
  CLOUDINARY_API_SECRET: secret,
  CLOUDINARY_API_URL: cloud.url,
});

const smtp = (port: number) => ({
  SMTP_URL: `smtp://127.0.0.1:${port}`,
  MAIL_FROM: 'parley@example.org',
});

const relay = (secret: string, ...more: string[]) => ({
  TURN_URLS: [...(turn ? [`turn:127.0.0.1:${turn.port}`] : []), ...more].join(','),
  TURN_SECRET: secret,
});

describe('a good server', () => {
  let output: string;

  beforeAll(async () => {
    const right = {
      ...cloudinary(CLOUDINARY_ACCOUNT.apiSecret),
      ...smtp(mail.port),
      ...(turn && relay('the-turn-secret')),
    };
    ({ output } = await examine({ NODE_ENV: 'development', ...right }));
  });

  it('is found good', () => {
    expect(output.split('\n').filter((line) => line.startsWith('FAIL'))).toEqual([]);
    expect(output).toContain('Nothing is wrong');
  });

  it('was asked from outside, web sockets too', () => {
    expect(output).toContain(`${app.url} leads to the server`);
    expect(output).toContain('web sockets pass');
  });

  it('has the indexes and the providers it needs', () => {
    expect(output).toContain('migrations and indexes are those of this version');
    expect(output).toContain('Cloudinary takes the credentials');
    expect(output).toContain(`the mail server 127.0.0.1:${mail.port} takes mail`);
  });

  itWithTurn('has a relay for calls', () => {
    expect(output).toContain(`turn:127.0.0.1:${turn?.port} answers and relays`);
  });
});

describe('of a server where much is wrong, the doctor finds', () => {
  let code: number;
  let output: string;

  beforeAll(async () => {
    const weak = path.join(dir, 'weak-keys');
    mkdirSync(weak);
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
    writeFileSync(path.join(weak, 'private.pem'), privateKey.export({ type: 'pkcs8', format: 'pem' }));
    writeFileSync(path.join(weak, 'public.pem'), publicKey.export({ type: 'spki', format: 'pem' }));
    chmodSync(path.join(weak, 'private.pem'), 0o644);
    writeFileSync(path.join(dir, 'file'), '');
    ({ code, output } = await examine({
      DATA_DIR: path.join(dir, 'file', 'data'),
      KEYS_DIR: weak,
      MONGO_URI: `mongodb://127.0.0.1:${unused}`,
      REDIS_HOST: '127.0.0.1',
      REDIS_PORT: String(unused),
      PUBLIC_URL: `http://127.0.0.1:${unused}`,
      ...cloudinary('wrong'),
      ...smtp(unused),
      ...relay('wrong', `turn:127.0.0.1:${unused}?transport=tcp`),
    }));
  });

  it.each([
    ['a data folder that cannot be written', /cannot be written/, /DATA_DIR/],
    ['a private key that everybody can read', /everybody .* can read/, /chmod/],
    ['a key that is too weak', /1024 bits/, /generate:keys/],
    ['a database that does not answer', /MONGO_URI cannot be opened: .*ECONNREFUSED/, /port open/],
    ['a Redis that is away', /Redis at 127\.0\.0\.1:\d+: .*ECONNREFUSED/, /Start it/],
    ['a wrong secret of Cloudinary', /Cloudinary refuses: .*mismatch/, /Compare CLOUDINARY/],
    ['a mail server that does not run', /mail server 127\.0\.0\.1:\d+: .*ECONNREFUSED/, /Compare SMTP_URL/],
    ['a TURN server that does not run', /transport=tcp: .*ECONNREFUSED/, /\(tcp\) open/],
    ['a public address that leads nowhere', /cannot be reached/, /Start the server/],
    ['a public address without encryption', /is not encrypted/, /TLS/],
  ])('%s', (_what, fault, mend) => {
    expect(mendOf(output, fault)).toMatch(mend);
    expect(code).toBe(1);
  });

  itWithTurn('a TURN server with another secret', () => {
    expect(mendOf(output, /turn:127\.0\.0\.1:\d+: 401/)).toContain('TURN_SECRET');
  });

  it('codes that go to the log', () => {
    expect(mendOf(output, /codes go to the log/, 'warn')).toContain('SMS_PROVIDER');
  });
});

describe('the doctor finds', () => {
  let output: string;
  let proxy: http.Server;

  /** Passes requests on and knows nothing of upgrades. */
  beforeAll(async () => {
    proxy = http.createServer((req, res) => {
      const { method, headers, url } = req;
      const onward = http.request(`${app.url}${url}`, {
        method,
        headers: { ...headers, upgrade: '', connection: 'close' },
      });
      req
        .pipe(onward)
        .on('response', (answer) => answer.pipe(res.writeHead(answer.statusCode ?? 500, answer.headers)));
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const mixed = path.join(dir, 'mixed-keys');
    await ensureKeyPair(mixed);
    cpSync(path.join(keysDir, 'public.pem'), path.join(mixed, 'public.pem'));
    await mongoose.connection.collection('memberships').dropIndex('chatId_1_userId_1');
    await mongoose.connection.collection('stars').createIndex({ mine: 1 });
    await mongoose.connection.collection<{ _id: string }>('migrations').insertOne({ _id: RESTORE_MARK });
    ({ output } = await examine({
      PUBLIC_URL: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
      KEYS_DIR: mixed,
      FFMPEG_PATH: '/nowhere/ffmpeg',
    }));
  });
  afterAll(() => {
    proxy.closeAllConnections();
    proxy.close();
  });

  it.each([
    ['keys that are no pair', 'FAIL', /not a pair/, /generate:keys/],
    ['a missing index', 'FAIL', /indexes are missing: memberships/, /db:migrate/],
    ['a restore that was not finished', 'FAIL', /restore was not finished/, /restore/],
    ['a proxy that lets no web socket pass', 'FAIL', /web sockets do not pass/, /Upgrade/],
    ['a missing ffmpeg', 'warn', /\/nowhere\/ffmpeg does not run/, /FFMPEG_PATH/],
    ['that there is no TURN server', 'warn', /no TURN server/, /TURN_URLS/],
    ['an index that nobody declares', 'warn', /stars\.mine_1/, /Drop it/],
  ])('%s', (_what, level, fault, mend) => {
    expect(mendOf(output, fault, level)).toMatch(mend);
  });

  it('settings that are wrong', async () => {
    const { code, output } = await examine({ PORT: 'many', REDIS_HOST: 'x', REDIS_PORT: '0' });
    expect(code).toBe(1);
    expect(output).toMatch(/PORT must be a whole number.*\n.*REDIS_PORT/);
  });

  it('a clock that is wrong', async () => {
    const real = Date.now;
    jest.spyOn(Date, 'now').mockImplementation(() => real() - 60_000);
    try {
      expect(await checkClock()).toEqual([
        {
          level: 'fail',
          what: expect.stringMatching(/60\.\d s off/),
          mend: expect.stringContaining('chrony'),
        },
      ]);
    } finally {
      jest.restoreAllMocks();
    }
  });
});
