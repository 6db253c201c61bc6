import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from './root';

const COMMAND_WITHIN_MS = 90_000;
const runFile = promisify(execFile);

/** The PM2 of this machine; undefined, and said aloud, where there is none. */
export function findPm2(): string | undefined {
  const { PATH = '', PM2_PATH } = process.env;
  // Not asked for its version, which would start its daemon.
  const places = PM2_PATH ? [PM2_PATH] : PATH.split(path.delimiter).map((dir) => path.join(dir, 'pm2'));
  const file = places.find((place) => existsSync(place));
  if (file !== undefined) return file;
  console.warn('No PM2 found (npm install --global pm2, or set PM2_PATH): workers under PM2 are NOT tested');
  return undefined;
}

export interface Pm2 {
  /** Runs a command of PM2 on the product's own ecosystem file; resolves to what it printed. */
  run(...args: string[]): Promise<string>;
  /** The processes and how they stand. */
  list(): Promise<
    Array<{ pid: number; pm2_env: { status: string; restart_time: number; exec_mode: string } }>
  >;
  /** Ends its daemon and everything it runs. */
  kill(): Promise<void>;
}

/** A PM2 with a home of its own, that gives its processes these settings and none of whoever runs the tests. */
export function startPm2(file: string, settings: Record<string, string>): Pm2 {
  const home = mkdtempSync(path.join(os.tmpdir(), 'parley-pm2-'));
  const { PATH = '', HOME = '' } = process.env;
  const env = { PATH, HOME, PM2_HOME: home, PM2_DISABLE_VERSION_CHECK: 'true', ...settings };

  async function run(...args: string[]): Promise<string> {
    const { stdout } = await runFile(file, args, { cwd: ROOT, env, timeout: COMMAND_WITHIN_MS });
    return stdout;
  }

  return {
    run,
    list: async () => JSON.parse((await run('jlist')).replace(/^[^[]*/, '')),
    async kill() {
      await run('kill');
      rmSync(home, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
