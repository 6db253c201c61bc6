import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { freePort } from '../../scripts/bench/free-port';
import { mongodPaths } from '../../src/embedded/mongod-process';
import { embeddedUri } from '../../src/embedded/replica-set';
import { built } from './built';
import { ROOT } from './root';
import { type RunningServer, runServer } from './run-server';

/** The built product with an embedded database in a directory of its own, to be crashed and started again. */
export interface ServerProcess {
  url: string;
  start(): Promise<void>;
  /** Ends the server as a crash would. */
  kill(): Promise<void>;
  /** Stops the server's time, or lets it go on. */
  freeze(isFrozen: boolean): void;
  /** Where its embedded mongod listens. */
  mongodUri(): Promise<string>;
  /** Ends the embedded mongod as a crash would. */
  killMongod(): Promise<void>;
  /** Asks it to end and resolves to its exit code. */
  interrupt(): Promise<number | null>;
  /** Ends everything and removes the data. */
  dispose(): Promise<void>;
  /** What it said since its last start. */
  lines(): string[];
}

export async function createServerProcess(settings: Record<string, string> = {}): Promise<ServerProcess> {
  const entry = built('index.js');
  const dataDir = await mkdtemp(path.join(os.tmpdir(), 'parley-server-'));
  const port = await freePort();
  const env = { HOST: '127.0.0.1', PORT: String(port), DATA_DIR: dataDir, ...WITHOUT_LIMITS, ...settings };
  let running: RunningServer | undefined;

  async function end(signal: NodeJS.Signals): Promise<number | null> {
    const ending = running;
    running = undefined;
    return ending ? (await ending.end(signal)).code : null;
  }

  async function readPidFile(): Promise<{ pid: number; port: number }> {
    const { pidFile } = mongodPaths(path.join(dataDir, 'mongo'));
    return JSON.parse(await readFile(pidFile, 'utf8')) as { pid: number; port: number };
  }

  async function killMongod(): Promise<void> {
    process.kill((await readPidFile()).pid, 'SIGKILL');
  }

  return {
    url: `http://127.0.0.1:${port}`,
    async start() {
      running = runServer([process.execPath, entry], { cwd: ROOT, env });
      await running.said('Parley is listening');
    },
    kill: async () => void (await end('SIGKILL')),
    freeze: (isFrozen) => {
      if (running) process.kill(running.pid, isFrozen ? 'SIGSTOP' : 'SIGCONT');
    },
    mongodUri: async () => embeddedUri((await readPidFile()).port),
    killMongod,
    interrupt: () => end('SIGINT'),
    async dispose() {
      await end('SIGKILL');
      await killMongod().catch(() => undefined);
      await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
    },
    lines: () => running?.lines ?? [],
  };
}

const WITHOUT_LIMITS = {
  RATE_LIMIT_MAX: '1000000',
  AUTH_RATE_LIMIT_MAX: '1000000',
  OTP_IP_HOURLY_MAX: '1000000',
  SOCKET_RATE_LIMIT_MAX: '1000000',
};
