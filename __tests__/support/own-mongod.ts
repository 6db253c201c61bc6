import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { freePort } from '../../scripts/bench/free-port';
import { loadConfig } from '../../src/config/env';
import { findMongodBinary } from '../../src/embedded/mongod-binary';
import { embeddedUri, ensurePrimary } from '../../src/embedded/replica-set';

/** The mongod of this machine, found in the same way as the product finds its own. */
export function findTestMongod(log: (line: string) => void = () => undefined): Promise<string> {
  const { HOME, XDG_CACHE_HOME, MONGOMS_SYSTEM_BINARY } = process.env;
  const { systemBinary, cacheDir } = loadConfig({ HOME, XDG_CACHE_HOME, MONGOMS_SYSTEM_BINARY }).mongo;
  return findMongodBinary({ systemBinary, cacheDir, log });
}

export interface OwnMongod {
  port: number;
  uri: string;
  stop(): Promise<void>;
}

/** A replica set of one with its data in `dbPath`, for tests that need a mongod with other settings than the run's. */
export async function startOwnMongod(dbPath: string, settings: string[]): Promise<OwnMongod> {
  const binary = await findTestMongod();
  const port = await freePort();
  const args = ['--replSet', 'own', '--bind_ip', '127.0.0.1', '--port', String(port), '--dbpath', dbPath];
  args.push('--logpath', path.join(dbPath, 'mongod.log'), '--wiredTigerCacheSizeGB', '0.25', ...settings);
  const child = spawn(binary, args, { stdio: 'ignore' });
  await ensurePrimary({
    name: 'own',
    port,
    dbPath,
    electionTimeoutMillis: 10_000,
    timeoutMs: 30_000,
    failure: () => (child.exitCode === null ? undefined : new Error(`mongod ended with ${child.exitCode}`)),
  });
  return {
    port,
    uri: embeddedUri(port),
    async stop() {
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}
