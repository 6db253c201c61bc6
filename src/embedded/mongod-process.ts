/**
 * One mongod as an operating system process: started by us, or found running from a Parley that was killed. It
 * lives in a process group of its own, so that Ctrl-C reaches it only through us, after what is pending was written.
 */
import { spawn } from 'node:child_process';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { processStart } from './data-dir-lock';
import { REPLICA_SET_NAME, servedDbPath, withAdmin } from './replica-set';

const WATCH_POLL_MS = 100;
const END_POLL_MS = 20;
const KILL_WAIT_MS = 1_000;

export interface MongodProcess {
  pid: number;
  port: number;
  /** Resolves when the process is gone, with its exit code or signal where we can know it. */
  exited: Promise<string>;
  isAlive: () => boolean;
}

interface PidFile {
  pid: number;
  port: number;
  startedAt: string;
}

/** Where a data directory keeps its mongod's things. */
export function mongodPaths(dataDir: string): { dbPath: string; logFile: string; pidFile: string } {
  const dir = path.join(dataDir, 'mongod');
  return {
    dbPath: path.join(dir, 'db'),
    logFile: path.join(dir, 'mongod.log'),
    pidFile: path.join(dir, 'mongod.pid.json'),
  };
}

/** Starts a mongod on `port` and writes down its pid; it may still exit at once, see `exited`. */
export async function spawnMongod(binary: string, dataDir: string, port: number): Promise<MongodProcess> {
  const { dbPath, logFile, pidFile } = mongodPaths(dataDir);
  await mkdir(dbPath, { recursive: true, mode: 0o700 });
  // The previous run's log is kept, older ones are not.
  await rename(logFile, `${logFile}.1`).catch(() => undefined);
  const child = spawn(binary, mongodArguments(dbPath, logFile, port), { detached: true, stdio: 'ignore' });
  const exited = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
  });
  const pid = child.pid;
  if (pid === undefined) throw new Error(`mongod could not be started: ${await exited}`);
  const entry: PidFile = { pid, port, startedAt: processStart(pid) ?? '' };
  await writeFile(pidFile, JSON.stringify(entry));
  return endWithUs({
    pid,
    port,
    exited,
    isAlive: () => child.exitCode === null && child.signalCode === null,
  });
}

function mongodArguments(dbPath: string, logFile: string, port: number): string[] {
  return [
    ...['--replSet', REPLICA_SET_NAME, '--bind_ip', '127.0.0.1', '--port', String(port), '--dbpath', dbPath],
    ...['--oplogSize', '128', '--wiredTigerCacheSizeGB', '0.25', '--quiet', '--logpath', logFile],
  ];
}

/** The port this directory's mongod had last, or undefined when it never had one. */
export async function lastPort(dataDir: string): Promise<number | undefined> {
  return (await readPidFile(dataDir))?.port;
}

/**
 * Resolves to the mongod that a killed Parley left running on this directory's data, if it answers; one that does
 * not answer is ended.
 */
export async function adoptMongod(dataDir: string): Promise<MongodProcess | undefined> {
  const entry = await readPidFile(dataDir);
  if (!entry || processStart(entry.pid) !== entry.startedAt) return undefined;
  const isAlive = () => processStart(entry.pid) === entry.startedAt;
  const mongod: MongodProcess = { pid: entry.pid, port: entry.port, exited: waitUntilGone(isAlive), isAlive };
  if (await servesOurData(mongod, mongodPaths(dataDir).dbPath)) return endWithUs(mongod);
  await endMongod(mongod, 0);
  return undefined;
}

/** Ends a mongod: SIGTERM lets it write a checkpoint, and after `graceMs` SIGKILL leaves that to its journal. */
export async function endMongod(mongod: MongodProcess, graceMs: number): Promise<void> {
  if (graceMs > 0) {
    signal(mongod, 'SIGTERM');
    await waitForEnd(mongod, graceMs);
  }
  signal(mongod, 'SIGKILL');
  await waitForEnd(mongod, KILL_WAIT_MS);
}

async function waitForEnd(mongod: MongodProcess, timeoutMs: number): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (mongod.isAlive() && Date.now() < deadline) await delay(END_POLL_MS);
}

/** Whatever way this process ends by, its mongod is told; only kill -9 leaves one behind. */
function endWithUs(mongod: MongodProcess): MongodProcess {
  const onExit = () => signal(mongod, 'SIGTERM');
  process.once('exit', onExit);
  void mongod.exited.then(() => process.removeListener('exit', onExit));
  return mongod;
}

function signal(mongod: MongodProcess, name: NodeJS.Signals): void {
  if (!mongod.isAlive()) return;
  try {
    process.kill(mongod.pid, name);
  } catch {
    // It ended just now.
  }
}

async function servesOurData(mongod: MongodProcess, dbPath: string): Promise<boolean> {
  try {
    return (await withAdmin(mongod.port, servedDbPath)) === dbPath;
  } catch {
    return false;
  }
}

async function waitUntilGone(isAlive: () => boolean): Promise<string> {
  // Unreferenced: watching somebody else's child must not keep this process from ending.
  while (isAlive()) await delay(WATCH_POLL_MS, undefined, { ref: false });
  return 'it is gone';
}

async function readPidFile(dataDir: string): Promise<PidFile | undefined> {
  try {
    return JSON.parse(await readFile(mongodPaths(dataDir).pidFile, 'utf8')) as PidFile;
  } catch {
    return undefined;
  }
}
