/** Owns every process of a bench run but the mongod: none outlives the run, however it ends. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';

const STOP_GRACE_MS = 8_000;
const LISTEN_TIMEOUT_MS = 60_000;

export interface Children {
  /** Forks a module, compiled or TypeScript, with these additional flags of Node and this environment alone. */
  start(modulePath: string, nodeFlags?: string[], env?: Record<string, string>): ChildProcess;
  /** Ends a child, by force when it does not go within 8 s. */
  stop(child: ChildProcess): Promise<void>;
  stopAll(): Promise<void>;
}

export function createChildren(): Children {
  const running = new Set<ChildProcess>();

  function start(
    modulePath: string,
    nodeFlags: string[] = [],
    env: Record<string, string> = {},
  ): ChildProcess {
    const loader = modulePath.endsWith('.ts') ? ['--require', require.resolve('tsx/cjs')] : [];
    const { PATH = '', HOME = '' } = process.env;
    const child = fork(modulePath, {
      execArgv: [...loader, ...nodeFlags],
      env: { PATH, HOME, ...env },
      // Away from the `.env` of whoever runs the bench.
      cwd: tmpdir(),
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    running.add(child);
    child.once('exit', () => running.delete(child));
    return child;
  }

  async function stop(child: ChildProcess): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGTERM');
    const force = setTimeout(() => child.kill('SIGKILL'), STOP_GRACE_MS);
    await gone;
    clearTimeout(force);
  }

  return {
    start,
    stop,
    async stopAll() {
      await Promise.all([...running].map(stop));
    },
  };
}

/** Resolves when `child` takes connections on `port`. @throws Error when it ends before, or not within a minute. */
export async function untilListening(child: ChildProcess, port: number): Promise<void> {
  const deadline = Date.now() + LISTEN_TIMEOUT_MS;
  while (!(await takesConnections(port))) {
    if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode} while starting`);
    if (Date.now() > deadline) throw new Error(`nothing listens on port ${port}`);
    await delay(50);
  }
}

function takesConnections(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
