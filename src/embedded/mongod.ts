/**
 * Owns the embedded mongod (design section 7): one for each data directory, started with Parley and ended with it.
 * When it dies meanwhile it is started again on the same port, so the driver's retries find it; when Parley itself
 * is killed, the next start takes over the mongod that was left running.
 */
import { once } from 'node:events';
import { createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { lockDataDir } from './data-dir-lock';
import { lastComplaint } from './mongod-log';
import {
  adoptMongod,
  endMongod,
  lastPort,
  type MongodProcess,
  mongodPaths,
  spawnMongod,
} from './mongod-process';
import { embeddedUri, ensurePrimary, REPLICA_SET_NAME } from './replica-set';

const START_TIMEOUT_MS = 60_000;
const STOP_GRACE_MS = 3_000;
const RESTART_DELAY_MIN_MS = 100;
const RESTART_DELAY_MAX_MS = 10_000;

export interface EmbeddedMongodOptions {
  dataDir: string;
  binary: string;
  /** By default the port of the last run if it is free, else any free one. */
  port?: number;
  log: (line: string) => void;
}

export interface EmbeddedMongod {
  uri: string;
  /** The process that serves now; another one after a restart. */
  readonly pid: number;
  /** Ends the mongod within 4 s, its data flushed, and gives the data directory back. */
  stop(): Promise<void>;
}

/**
 * Resolves when a mongod on the directory's data takes majority writes.
 * @throws Error when another Parley holds the directory, or mongod does not come up (with mongod's own words).
 */
export async function startEmbeddedMongod(options: EmbeddedMongodOptions): Promise<EmbeddedMongod> {
  const settings = { ...options, dataDir: path.resolve(options.dataDir) };
  const unlock = await lockDataDir(settings.dataDir);
  try {
    return supervise(await firstMongod(settings), settings, unlock);
  } catch (error) {
    await unlock();
    throw error;
  }
}

async function firstMongod(options: EmbeddedMongodOptions): Promise<MongodProcess> {
  const left = await adoptMongod(options.dataDir);
  if (left && (options.port === undefined || options.port === left.port)) {
    options.log(`taking over the mongod that was left running, pid ${left.pid}`);
    await becomePrimary(left, options);
    return left;
  }
  if (left) await endMongod(left, STOP_GRACE_MS);
  return launch(options, options.port ?? (await choosePort(options.dataDir)));
}

async function launch(
  options: EmbeddedMongodOptions,
  port: number,
  stopping?: AbortSignal,
): Promise<MongodProcess> {
  const mongod = await spawnMongod(options.binary, options.dataDir, port);
  try {
    await becomePrimary(mongod, options, stopping);
    return mongod;
  } catch (error) {
    await endMongod(mongod, STOP_GRACE_MS);
    const words = await lastComplaint(mongodPaths(options.dataDir).logFile);
    throw words ? new Error(`mongod did not start: ${words}`, { cause: error }) : error;
  }
}

function becomePrimary(
  mongod: MongodProcess,
  { dataDir }: EmbeddedMongodOptions,
  stopping?: AbortSignal,
): Promise<void> {
  const { dbPath, logFile } = mongodPaths(dataDir);
  return ensurePrimary({
    name: REPLICA_SET_NAME,
    port: mongod.port,
    dbPath,
    timeoutMs: START_TIMEOUT_MS,
    failure: () => {
      if (stopping?.aborted) return new Error('stopped while starting');
      if (mongod.isAlive()) return undefined;
      return new Error(`mongod ended while starting, see ${logFile}`);
    },
  });
}

function supervise(
  first: MongodProcess,
  options: EmbeddedMongodOptions,
  unlock: () => Promise<void>,
): EmbeddedMongod {
  const stopping = new AbortController();
  const stopRequested = once(stopping.signal, 'abort');
  let current = first;
  const watching = watch();
  let stopped: Promise<void> | undefined;

  async function watch(): Promise<void> {
    while (!stopping.signal.aborted) {
      const reason = await Promise.race([current.exited, stopRequested]);
      if (stopping.signal.aborted) return;
      options.log(`mongod (pid ${current.pid}) ended unexpectedly (${reason}), starting it again`);
      current = (await restart(current.port, options, stopping.signal)) ?? current;
    }
  }

  async function stop(): Promise<void> {
    stopping.abort();
    await watching;
    await endMongod(current, STOP_GRACE_MS);
    await unlock();
  }

  return {
    uri: embeddedUri(first.port),
    get pid() {
      return current.pid;
    },
    stop() {
      stopped ??= stop();
      return stopped;
    },
  };
}

/** Tries until it works, ever more slowly, or until `stopping`; then undefined. */
async function restart(
  port: number,
  options: EmbeddedMongodOptions,
  stopping: AbortSignal,
): Promise<MongodProcess | undefined> {
  const since = Date.now();
  let pause = RESTART_DELAY_MIN_MS;
  while (!stopping.aborted) {
    try {
      const mongod = await launch(options, port, stopping);
      options.log(`mongod is back after ${Date.now() - since} ms, pid ${mongod.pid}`);
      return mongod;
    } catch (error) {
      if (stopping.aborted) return undefined;
      options.log(`${(error as Error).message}; trying again in ${pause} ms`);
    }
    await delay(pause, undefined, { signal: stopping }).catch(() => undefined);
    pause = Math.min(pause * 2, RESTART_DELAY_MAX_MS);
  }
  return undefined;
}

async function choosePort(dataDir: string): Promise<number> {
  const last = await lastPort(dataDir);
  return (
    (last && (await tryPort(last))) || (await tryPort(0)) || Promise.reject(new Error('no port is free'))
  );
}

/** Resolves to the port (a free one for 0), or undefined when it is taken. */
function tryPort(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' ? address?.port : undefined));
    });
  });
}
