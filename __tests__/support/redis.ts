import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import os from 'node:os';
import { createInterface } from 'node:readline';

const REDIS = 'redis-server';

/** Whether this machine has a Redis; where it has none, `what` is said not to be tested. */
export function hasRedis(what: string): boolean {
  const isThere = spawnSync(REDIS, ['--version']).status === 0;
  if (!isThere) console.warn(`SKIPPED: there is no redis-server on the PATH, ${what} is not tested`);
  return isThere;
}

/** Starts one that keeps nothing on disk. */
export async function startRedis(port: number): Promise<ChildProcess> {
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  const child = spawn(REDIS, args, { cwd: os.tmpdir(), stdio: ['ignore', 'pipe', 'ignore'] });
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.includes('Ready to accept connections')) break;
  }
  return child;
}

export async function stopRedis(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}
