import type { ChildProcess } from 'node:child_process';
import { createServer } from 'node:net';
import path from 'node:path';
import type { Children } from './children';
import { untilListening } from './children';
import { PARLEY_DB } from './parley-world';

export const SERVER_NAMES = ['parley', 'relay', 'groupCommit'] as const;
export type ServerName = (typeof SERVER_NAMES)[number];

export interface ServerUnderTest {
  name: ServerName;
  port: number;
  process: ChildProcess;
}

export interface ServerOptions {
  children: Children;
  mongoUri: string;
  jwtSecret: string;
  /** Parley's folder for files of its own. */
  dataDir: string;
  /** Whether the baselines send a message back to its sender too, as Parley has to. */
  hasEcho: boolean;
  /** Where Parley leaves a processor profile when it ends. */
  profileDir?: string;
}

const PROBE = ['--expose-gc', '--require', path.join(__dirname, 'server-probe.cjs')];
const REPOSITORY = path.join(__dirname, '..', '..');
const UNLIMITED = '1000000000';
const DAY_SECONDS = '86400';

/** Starts one server as a process of its own and resolves when it takes connections. */
export async function startServer(name: ServerName, options: ServerOptions): Promise<ServerUnderTest> {
  const port = await freePort();
  const process = name === 'parley' ? startParley(port, options) : startBaseline(name, port, options);
  await untilListening(process, port);
  return { name, port, process };
}

/** The built product as an operator runs it; only its limits on one client are lifted. */
function startParley(port: number, options: ServerOptions): ChildProcess {
  const profile = options.profileDir ? ['--cpu-prof', `--cpu-prof-dir=${options.profileDir}`] : [];
  return options.children.start(path.join(REPOSITORY, 'dist', 'index.js'), [...PROBE, ...profile], {
    NODE_ENV: 'production',
    HOST: '127.0.0.1',
    PORT: String(port),
    MONGO_URI: options.mongoUri,
    dbName: PARLEY_DB,
    DATA_DIR: options.dataDir,
    JWT_SECRET: options.jwtSecret,
    ACCESS_TOKEN_TTL_SECONDS: DAY_SECONDS,
    ALLOWED_ORIGINS: 'none',
    SMS_PROVIDER: 'console',
    LOG_LEVEL: 'warn',
    RATE_LIMIT_MAX: UNLIMITED,
    SOCKET_RATE_LIMIT_MAX: UNLIMITED,
  });
}

function startBaseline(name: ServerName, port: number, options: ServerOptions): ChildProcess {
  const store: Record<string, string> =
    name === 'groupCommit' ? { MONGO_URI: options.mongoUri, dbName: 'bench_group_commit' } : {};
  return options.children.start(require.resolve('./baseline-server.ts'), PROBE, {
    NODE_ENV: 'production',
    PORT: String(port),
    BENCH_ECHO: options.hasEcho ? 'on' : 'off',
    ...store,
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        address && typeof address === 'object' ? resolve(address.port) : reject(new Error('no free port')),
      );
    });
  });
}
