/**
 * Starts the one mongod of a test run, found in the same way as the product finds its own. Collection scans are
 * forbidden in it, so a query without an index fails the test that made it.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import {
  accessSync,
  constants,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort } from '../../scripts/bench/free-port';
import { embeddedUri, ensurePrimary } from '../../src/embedded/replica-set';
import { TEST_MONGO_URI } from './mongo';
import { findTestMongod } from './own-mongod';

const DIR_PREFIX = 'parley-test-mongod-';
const MEMORY_DIR = '/dev/shm';
const MEMORY_NEEDED_BYTES = 4 * 1024 ** 3;
const START_TIMEOUT_MS = 60_000;

export interface TestMongod {
  child: ChildProcess;
  dataDir: string;
}

declare global {
  var parleyTestMongod: TestMongod | undefined;
}

export default async function globalSetup(): Promise<void> {
  removeLeftOvers();
  const binary = await findTestMongod((line) => console.log(line));
  const port = await freePort();
  const dataDir = mkdtempSync(path.join(roomyMemory() ?? tmpdir(), DIR_PREFIX));
  const child = spawnMongod(binary, port, dataDir);
  globalThis.parleyTestMongod = { child, dataDir };
  await ensurePrimary({
    name: 'parley-test',
    port,
    dbPath: dataDir,
    // A machine that is busy with two workers must not lose its primary.
    electionTimeoutMillis: 10_000,
    timeoutMs: START_TIMEOUT_MS,
    failure: () =>
      child.exitCode === null ? undefined : new Error(`mongod ended with ${child.exitCode}, see ${dataDir}`),
  });
  process.env[TEST_MONGO_URI] = embeddedUri(port);
}

function spawnMongod(binary: string, port: number, dataDir: string): ChildProcess {
  const args = [
    '--replSet',
    'parley-test',
    '--bind_ip',
    '127.0.0.1',
    '--port',
    String(port),
    '--dbpath',
    dataDir,
  ];
  args.push('--oplogSize', '128', '--wiredTigerCacheSizeGB', '0.5', '--setParameter', 'notablescan=1');
  args.push('--logpath', path.join(dataDir, 'mongod.log'));
  const child = spawn(binary, args, { stdio: 'ignore' });
  writeFileSync(path.join(dataDir, 'pids'), `${process.pid} ${child.pid}`);
  return child;
}

/** A directory kept in memory, where the system has one with room: every test file makes a hundred collections and indexes. */
function roomyMemory(): string | undefined {
  try {
    const { bavail, bsize } = statfsSync(MEMORY_DIR);
    accessSync(MEMORY_DIR, constants.W_OK);
    return bavail * bsize > MEMORY_NEEDED_BYTES ? MEMORY_DIR : undefined;
  } catch {
    return undefined;
  }
}

/** A run that was killed could not tidy up: its mongod is ended here, by the pids it wrote down. */
function removeLeftOvers(): void {
  const parents = [tmpdir(), ...(existsSync(MEMORY_DIR) ? [MEMORY_DIR] : [])];
  const leftOvers = parents.flatMap((parent) =>
    readdirSync(parent)
      .filter((entry) => entry.startsWith(DIR_PREFIX))
      .map((entry) => path.join(parent, entry)),
  );
  for (const dir of leftOvers) {
    try {
      const [runner = '', mongod = ''] = readFileSync(path.join(dir, 'pids'), 'utf8').split(' ');
      if (isAlive(Number(runner))) continue;
      if (runsIn(mongod, dir)) process.kill(Number(mongod), 'SIGKILL');
      rmSync(dir, { recursive: true, force: true });
    } catch {
      // Another run is just starting or tidying up in there, or the directory is somebody else's.
    }
  }
}

/** Pids are used again: only a process that was started with this directory is ours. */
function runsIn(pid: string, dir: string): boolean {
  return existsSync(`/proc/${pid}/cmdline`) && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(dir);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
