import { access, constants, mkdir, readFile, stat, statfs } from 'node:fs/promises';
import type { Config } from '../../config/env';
import { type Finding, fail, ok, reason, warn } from './finding';

const GB = 1024 ** 3;
const LEAST_FREE_BYTES = GB;
const GOOD_FREE_BYTES = 5 * GB;
/** A connection is an open file; a node is made for thousands. */
const LEAST_OPEN_FILES = 4096;
const PERMISSIONS_OF_OTHERS = 0o007;

/** The folder of the data: can it be written, is there room, is it private. */
export async function checkDataDir({ dataDir }: Config): Promise<Finding[]> {
  try {
    await mkdir(dataDir, { recursive: true });
    await access(dataDir, constants.W_OK);
  } catch (error) {
    const mend = `Give the user of the server the folder (chown), or set another DATA_DIR.`;
    return [fail(`${dataDir} cannot be written: ${reason(error)}`, mend)];
  }
  const { bavail, bsize } = await statfs(dataDir);
  return [...diskFindings(dataDir, bavail * bsize)];
}

/** What `free` bytes mean for `where`. */
export function diskFindings(where: string, free: number): Finding[] {
  const room = `${(free / GB).toFixed(1)} GB free for ${where}`;
  const mend =
    'Make room or move it to a larger disk: with a full disk nothing is stored, and no message is acknowledged.';
  if (free < LEAST_FREE_BYTES) return [fail(room, mend)];
  return [free < GOOD_FREE_BYTES ? warn(room, mend) : ok(room)];
}

/** How many connections the system lets this user have. */
export async function checkOpenFiles(): Promise<Finding[]> {
  const limits = await readFile('/proc/self/limits', 'utf8').catch(() => '');
  const [, soft] = /^Max open files\s+(\d+|unlimited)/m.exec(limits) ?? [];
  if (soft === undefined) return [];
  if (soft === 'unlimited' || Number(soft) >= LEAST_OPEN_FILES) return [ok(`${soft} open files allowed`)];
  const mend =
    'Raise the limit: LimitNOFILE=65536 in a systemd unit, `ulimits` in compose, or /etc/security/limits.conf.';
  return [warn(`only ${soft} open files allowed, and each connection is one`, mend)];
}

/** A file that others on the machine may read. */
export async function checkPrivate(file: string): Promise<Finding[]> {
  const { mode } = await stat(file);
  if ((mode & PERMISSIONS_OF_OTHERS) === 0) return [ok(`${file} is private`)];
  return [fail(`everybody on this machine can read ${file}`, `chmod o-rwx ${file}`)];
}
