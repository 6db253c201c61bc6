/**
 * One Parley per data directory. The lock is a file that names its holder; it counts only as long as that very
 * process lives, so a crash or a reboot leaves nothing to clean up. Should two processes in separate containers
 * slip past it, mongod's own lock still keeps them out of the data.
 */
import { readFileSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { StartError } from '../errors/start-error';

const LOCK_FILE = 'parley.lock';

interface Holder {
  pid: number;
  /** Tells the holder from a later process with the same pid. */
  startedAt: string;
}

/**
 * Takes the directory for this process and resolves to the function that gives it back.
 * @throws StartError naming the other process while that one lives.
 */
export async function lockDataDir(dataDir: string): Promise<() => Promise<void>> {
  await mkdir(dataDir, { recursive: true });
  const file = path.join(dataDir, LOCK_FILE);
  const self: Holder = { pid: process.pid, startedAt: processStart(process.pid) ?? '' };
  while (!(await tryCreate(file, JSON.stringify(self)))) {
    const holder = await readHolder(file);
    if (holder && processStart(holder.pid) === holder.startedAt)
      throw new StartError(inUse(dataDir, holder.pid));
    await rm(file, { force: true });
  }
  return () => rm(file, { force: true });
}

/**
 * A mark that two processes with the same pid do not share, or undefined when none with this pid runs (one that
 * ended but was never reaped, as in containers without an init, does not run). Outside Linux it says no more than
 * that there is one.
 */
export function processStart(pid: number): string | undefined {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return undefined;
  }
  if (process.platform !== 'linux') return 'alive';
  try {
    // Fields 3 and 22 of stat(5), counted behind the command's name, which may itself hold spaces.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
    return fields[0] === 'Z' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

async function tryCreate(file: string, content: string): Promise<boolean> {
  try {
    await writeFile(file, content, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function readHolder(file: string): Promise<Holder | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Holder;
  } catch {
    return undefined;
  }
}

function inUse(dataDir: string, pid: number): string {
  return [
    `The data directory ${dataDir} is in use by the Parley with pid ${pid}.`,
    'Stop that one, or give this one another DATA_DIR and PORT.',
  ].join(' ');
}
