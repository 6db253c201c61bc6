import { randomBytes } from 'node:crypto';

export type ParleyEnv = Record<string, string>;

const UNLIMITED = '1000000000';

/** Parley's settings in a run: production, with only the limits on one client lifted. PORT is added at each start. */
export function makeParleyEnv(mongoUri: string, dataDir: string): ParleyEnv {
  return {
    NODE_ENV: 'production',
    HOST: '127.0.0.1',
    MONGO_URI: mongoUri,
    dbName: 'bench_parley',
    DATA_DIR: dataDir,
    JWT_SECRET: randomBytes(32).toString('hex'),
    ACCESS_TOKEN_TTL_SECONDS: '86400',
    ALLOWED_ORIGINS: 'none',
    SMS_PROVIDER: 'console',
    LOG_LEVEL: 'warn',
    RATE_LIMIT_MAX: UNLIMITED,
    SOCKET_RATE_LIMIT_MAX: UNLIMITED,
  };
}
