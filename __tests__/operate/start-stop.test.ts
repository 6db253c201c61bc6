import { EventEmitter, once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { freePort } from '../../scripts/bench/free-port';
import { processStart } from '../../src/embedded/data-dir-lock';
import { mongodPaths } from '../../src/embedded/mongod-process';
import { built } from '../support/built';
import { call, connect, type Person, signUp } from '../support/client';
import { Replica } from '../support/replica';
import { ROOT } from '../support/root';
import { type RunningServer, runServer } from '../support/run-server';

const STOP_WITHIN_MS = 5_000;
const DIRECT = [process.execPath, built('index.js')];
const BY_NPM = ['npm', 'start', '--silent'];

let dir: string;
let url: string;
let port: number;
let server: RunningServer | undefined;
let replicas: Replica[] = [];

beforeEach(async () => {
  dir = mkdtempSync(path.join(os.tmpdir(), 'parley-start-'));
  port = await freePort();
  url = `http://127.0.0.1:${port}`;
  replicas = [];
});

afterEach(async () => {
  for (const replica of replicas) replica.close();
  await server?.end('SIGKILL', 'group').catch(() => undefined);
  server = undefined;
  const mongod = mongodPid();
  if (mongod !== undefined && processStart(mongod) !== undefined) process.kill(mongod, 'SIGKILL');
  rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
});

/** Where no `.env` is, so that nobody's own settings change the outcome. */
async function start(command = DIRECT, cwd = dir): Promise<RunningServer> {
  const unlimited = { RATE_LIMIT_MAX: '100000', AUTH_RATE_LIMIT_MAX: '100000' };
  const env = { DATA_DIR: path.join(dir, 'data'), PORT: String(port), HOST: '127.0.0.1', ...unlimited };
  server = runServer(command, { cwd, env });
  await server.said('Swagger UI');
  return server;
}

function mongodPid(): number | undefined {
  try {
    const { pidFile } = mongodPaths(path.join(dir, 'data', 'mongo'));
    return JSON.parse(readFileSync(pidFile, 'utf8')).pid;
  } catch {
    return undefined;
  }
}

async function history(person: Person, chatId: string) {
  const all = [];
  for (let before: number | null | undefined; before !== null; ) {
    const query = before === undefined ? '' : `&before=${before}`;
    const { body } = await call(url, 'GET', `/api/chats/${chatId}/messages?limit=100${query}`, {
      token: person.accessToken,
    });
    all.push(...body.messages);
    before = body.nextCursor;
  }
  return all.reverse();
}

describe('a first start', () => {
  it('tells where the page and Swagger UI are, and both are there', async () => {
    const { lines, said } = await start();
    const page = /http:\S+/.exec(await said('Chat page'))?.[0] ?? '';
    const swagger = /http:\S+/.exec(await said('Swagger UI'))?.[0] ?? '';
    const events = /events: (\S+)/.exec(await said('events:'))?.[1] ?? '';
    expect([page, swagger, events]).toEqual(
      ['/', '/api/docs', '/api/docs/events'].map((where) => `http://localhost:${port}${where}`),
    );
    for (const address of [page, swagger, events]) {
      const answer = await fetch(address.replace('localhost', '127.0.0.1'));
      expect([address, answer.status]).toEqual([address, 200]);
      expect(answer.headers.get('content-type')).toContain('text/html');
    }
    await said('every code is 123456');
    expect(lines.some((line) => / (warn|error) /.test(line))).toBe(false);
  });

  it('makes a key pair that only its owner reads, and keeps it', async () => {
    await start();
    const privateKey = path.join(dir, 'data', 'keys', 'private.pem');
    expect(statSync(privateKey).mode & 0o077).toBe(0);
    const jwks = async () => (await call(url, 'GET', '/.well-known/jwks.json')).body;
    const before = await jwks();
    expect(before.keys).toEqual([expect.objectContaining({ kty: 'RSA', alg: 'RS256' })]);
    await server?.end('SIGINT');
    await start();
    expect(await jwks()).toEqual(before);
  });

  it('is refused while another server has the data directory, and says who', async () => {
    const { pid } = await start();
    const second = runServer(DIRECT, { cwd: dir, env: { DATA_DIR: path.join(dir, 'data'), PORT: '0' } });
    await second.said(`is in use by the Parley with pid ${pid}`);
    expect((await fetch(`${url}/health/ready`)).status).toBe(200);
  });
});

describe('Ctrl-C', () => {
  it('or SIGTERM ends an idle server with 0, its mongod too, though connections are open', async () => {
    const { end } = await start();
    const person = await signUp({ url });
    const sockets = await Promise.all(
      [['websocket'], ['polling']].map((transports) => connect({ url }, person, { transports })),
    );
    const agent = new http.Agent({ keepAlive: true });
    const [answer] = await once(http.get(`${url}/health/live`, { agent }), 'response');
    answer.resume();
    const mongod = mongodPid() ?? 0;
    expect(processStart(mongod)).toBeDefined();

    const { code, ms } = await end('SIGTERM');
    expect(code).toBe(0);
    expect(ms).toBeLessThan(STOP_WITHIN_MS);
    expect(processStart(mongod)).toBeUndefined();
    for (const socket of sockets) socket.close();
    agent.destroy();
  });

  it.each([
    ['node dist/index.js, SIGINT', DIRECT, 'SIGINT', 'process'],
    ['npm start, the whole group as a terminal does', BY_NPM, 'SIGINT', 'group'],
  ] as const)(
    'in mid-traffic loses nothing, and clients come back by themselves: %s',
    async (_name, command, signal, to) => {
      const cwd = command === BY_NPM ? ROOT : dir;
      const first = await start([...command], cwd);
      const people = await Promise.all([1, 2, 3, 4].map((n) => signUp({ url }, { name: `Person ${n}` })));
      const [owner, ...others] = people as [Person, ...Person[]];
      const memberIds = others.map(({ id }) => id);
      const made = await owner.api('POST', '/api/chats/group', { name: 'Storm', memberIds });
      const chatId: string = made.body.chat.id;
      replicas = people.map((person) => new Replica(url, person));

      const inTraffic = keepSending(replicas, chatId);
      await inTraffic.reached(40);
      const { code, ms } = await first.end(signal, to);
      expect(first.lines.some((line) => line.includes('stopping'))).toBe(true);
      expect(first.lines.filter((line) => / (warn|error) /.test(line))).toEqual([]);
      expect(ms).toBeLessThan(STOP_WITHIN_MS);
      if (command === DIRECT) expect(code).toBe(0);
      const acknowledged = replicas.flatMap((replica) => [...replica.acked.values()]);
      expect(acknowledged.length).toBeGreaterThanOrEqual(40);

      await start([...command], cwd);
      await inTraffic.finish();
      const log = await history(owner, chatId);
      const ids = log.map(({ id }) => id);
      expect(log.map(({ seq }) => seq)).toEqual(log.map((_, index) => index + 1));
      for (const id of acknowledged) expect(ids.filter((other) => other === id)).toHaveLength(1);
      expect(ids.sort()).toEqual(replicas.flatMap((replica) => [...replica.acked.values()]).sort());
    },
    60_000,
  );
});

/** Everybody sends one message after another, each when the last one was acknowledged, until told to finish. */
function keepSending(replicas: Replica[], chatId: string) {
  const counted = new EventEmitter();
  let total = 0;
  let isFinishing = false;
  const send = async (replica: Replica) => {
    for (let n = 0; !isFinishing; n += 1) {
      replica.send(chatId, `message ${n}`, `t-${n}`);
      await replica.drained();
      total += 1;
      counted.emit(String(total));
    }
  };
  const done = Promise.all(replicas.map(send));
  return {
    reached: (count: number) => once(counted, String(count)),
    async finish() {
      isFinishing = true;
      await done;
    },
  };
}
