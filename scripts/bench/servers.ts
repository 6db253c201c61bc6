import type { ChildProcess } from 'node:child_process';
import path from 'node:path';
import type { Children } from './children';
import { untilListening } from './children';
import { freePort } from './free-port';
import type { ParleyEnv } from './parley-env';

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
  parleyEnv: ParleyEnv;
  /** Whether the baselines send a message back to its sender too, as Parley has to. */
  hasEcho: boolean;
  /** Where Parley leaves a processor profile when it ends. */
  profileDir?: string;
}

const PROBE = ['--expose-gc', '--require', path.join(__dirname, 'server-probe.cjs')];
const REPOSITORY = path.join(__dirname, '..', '..');

/** Starts one server as a process of its own and resolves when it takes connections. */
export async function startServer(name: ServerName, options: ServerOptions): Promise<ServerUnderTest> {
  const port = await freePort();
  const process = name === 'parley' ? startParley(port, options) : startBaseline(name, port, options);
  await untilListening(process, port);
  return { name, port, process };
}

/** The built product as an operator runs it. */
function startParley(port: number, options: ServerOptions): ChildProcess {
  const profile = options.profileDir ? ['--cpu-prof', `--cpu-prof-dir=${options.profileDir}`] : [];
  return options.children.start(path.join(REPOSITORY, 'dist', 'index.js'), [...PROBE, ...profile], {
    ...options.parleyEnv,
    PORT: String(port),
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
