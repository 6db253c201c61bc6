/** A Redis of its own for a test; without a `redis-server` on the PATH what needs one is skipped, and said. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import os from 'node:os';
import { createInterface } from 'node:readline';

const REDIS = 'redis-server';

export const hasRedis = spawnSync(REDIS, ['--version']).status === 0;
if (!hasRedis) console.warn('SKIPPED: there is no redis-server on the PATH, what needs Redis is not tested');

/** Starts one that keeps nothing on disk unless it is told to, and resolves when it takes connections. */
export async function startRedis(port: number, dir: string = os.tmpdir()): Promise<ChildProcess> {
  const args = [
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--save',
    '',
    '--appendonly',
    'no',
    '--dir',
    dir,
  ];
  const child = spawn(REDIS, args, { stdio: ['ignore', 'pipe', 'ignore'], cwd: dir });
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.includes('Ready to accept connections')) break;
  }
  child.stdout.resume();
  return child;
}

/** Ends it as a power cut would. */
export async function killRedis(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}
