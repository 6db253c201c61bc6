import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { type App, createApp, type Overrides } from '../../src/app';
import { type Config, loadConfig } from '../../src/config/env';
import { createLogger } from '../../src/config/logger';
import { borrowDatabase, keepDatabase, returnDatabase, testMongoUri } from './mongo';

export interface TestApp extends App {
  url: string;
  config: Config;
  stop(): Promise<void>;
}

/** Starts the whole product on a free port, on the run's mongod, with a database of its own; limits are out of the way. */
export async function startTestApp(
  options: { env?: Record<string, string>; overrides?: Overrides; dbName?: string } = {},
): Promise<TestApp> {
  const dbName = options.dbName ?? borrowDatabase('app');
  keepDatabase(dbName);
  const dataDir = await mkdtemp(path.join(os.tmpdir(), 'parley-test-'));
  const config = loadConfig({
    NODE_ENV: 'test',
    HOST: '127.0.0.1',
    PORT: '0',
    DATA_DIR: dataDir,
    MONGO_URI: testMongoUri(),
    dbName,
    JWT_SECRET: 'a secret that only the tests know, long enough',
    LOG_LEVEL: 'silent',
    RATE_LIMIT_MAX: '1000000',
    AUTH_RATE_LIMIT_MAX: '1000000',
    OTP_IP_HOURLY_MAX: '1000000',
    OTP_PREFIX_HOURLY_MAX: '1000000',
    SOCKET_RATE_LIMIT_MAX: '1000000',
    // A start looks for it by running it twice; those who test what it tells name it.
    FFMPEG_PATH: 'no-ffmpeg-here',
    ...options.env,
  });
  const logger = options.overrides?.logger ?? createLogger({ level: config.logLevel, isProduction: false });
  const app = await createApp(config, { ...options.overrides, logger });
  const port = await app.start();
  return {
    ...app,
    config,
    url: `http://127.0.0.1:${port}`,
    async stop() {
      await app.stop();
      returnDatabase(dbName);
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
