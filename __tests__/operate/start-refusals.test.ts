import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { freePort } from '../../scripts/bench/free-port';
import { spawnMongod } from '../../src/embedded/mongod-process';
import { built } from '../support/built';
import { testMongoUri, uniqueDbName } from '../support/mongo';
import { findTestMongod } from '../support/own-mongod';

let dir: string;

beforeAll(() => {
  dir = mkdtempSync(path.join(os.tmpdir(), 'parley-refusals-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true, maxRetries: 5 }));

/** Starts the product with these settings; it is expected to give up. */
function start(settings: Record<string, string>) {
  const { PATH, HOME } = process.env;
  const env = { PATH, HOME, HOST: '127.0.0.1', PORT: '0', JWT_SECRET: 'x'.repeat(32), ...settings };
  const { status, stderr } = spawnSync(process.execPath, [built('index.js')], {
    cwd: dir,
    env,
    encoding: 'utf8',
    timeout: 40_000,
  });
  return { status, stderr: stderr.trimEnd().split('\n') };
}

describe('a start that cannot be ends with 1 and says in one line what to change', () => {
  it('when the port is taken', async () => {
    const other = http.createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    const dbName = uniqueDbName('refusals');
    const refused = start({ PORT: String(port), MONGO_URI: testMongoUri(), dbName });
    await new Promise((resolve) => other.close(resolve));
    expect(refused).toEqual({
      status: 1,
      stderr: [`Port ${port} is in use. Stop what listens there, or set another PORT.`],
    });
  });

  it('when no database answers', () => {
    expect(start({ MONGO_URI: 'mongodb://127.0.0.1:9/' })).toEqual({
      status: 1,
      stderr: [expect.stringMatching(/^The database of MONGO_URI cannot be opened: .*ECONNREFUSED/)],
    });
  });

  it('when the database is no replica set, which could not keep what an acknowledgement says', async () => {
    const binary = await findTestMongod();
    const mongod = await spawnMongod(binary, dir, await freePort());
    const refused = start({ MONGO_URI: `mongodb://127.0.0.1:${mongod.port}/?directConnection=true` });
    process.kill(mongod.pid, 'SIGKILL');
    await mongod.exited;
    expect(refused).toEqual({ status: 1, stderr: [expect.stringContaining('rs.initiate()')] });
  });
});
