/** Which database a Parley process uses: the configured one, or a mongod of our own in the data directory (design section 7). */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Config } from '../config/env';
import { lockDataDir } from './data-dir-lock';
import { startEmbeddedMongod } from './mongod';
import { findMongodBinary } from './mongod-binary';
import { lastPort } from './mongod-process';
import { embeddedUri } from './replica-set';

export interface OpenDatabase {
  uri: string;
  /** Ends the mongod if it was started here. */
  stop(): Promise<void>;
}

type Options = Pick<Config, 'mongo' | 'dataDir'>;

/** Opens the database for the server. @throws Error when another Parley holds the data directory. */
export async function openDatabase(
  { mongo, dataDir }: Options,
  log: (line: string) => void,
): Promise<OpenDatabase> {
  if (mongo.uri !== undefined) return { uri: mongo.uri, stop: async () => undefined };
  const { systemBinary, cacheDir } = mongo;
  const binary = await findMongodBinary({
    cacheDir,
    log,
    ...(systemBinary !== undefined && { systemBinary }),
  });
  const directory = embeddedDir(dataDir);
  await mkdir(directory, { recursive: true });
  return startEmbeddedMongod({ dataDir: directory, binary, log });
}

/** Opens the database for a tool that may run beside the server: then it is the server's own mongod, and stays. */
export async function openDatabaseBeside(
  options: Options,
  log: (line: string) => void,
): Promise<OpenDatabase> {
  if (options.mongo.uri !== undefined || !(await isInUse(options.dataDir))) return openDatabase(options, log);
  const port = await lastPort(embeddedDir(options.dataDir));
  if (port === undefined) throw new Error('The server of this data directory is still starting; try again');
  return { uri: embeddedUri(port), stop: async () => undefined };
}

function embeddedDir(dataDir: string): string {
  return path.join(dataDir, 'mongo');
}

async function isInUse(dataDir: string): Promise<boolean> {
  try {
    const unlock = await lockDataDir(embeddedDir(dataDir));
    await unlock();
    return false;
  } catch {
    return true;
  }
}
