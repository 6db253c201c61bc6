import path from 'node:path';
import { type CallsConfig, readCalls } from './env-calls';
import { type DialectsConfig, readDialects } from './env-dialects';
import { type MailConfig, readMail } from './env-mail';
import { type MetricsConfig, readMetrics } from './env-metrics';
import { type PushConfig, readPush } from './env-push';
import { EnvReader, type EnvSource } from './env-reader';
import { readSockets, type SocketsConfig } from './env-sockets';
import { type MediaConfig, readMediaConfig } from './media-config';

export type LogLevel = 'error' | 'warn' | 'info' | 'http' | 'debug' | 'silent';
const LOG_LEVELS: readonly LogLevel[] = ['error', 'warn', 'info', 'http', 'debug', 'silent'];

const DEVELOPMENT_CODE = '123456';

export type SmsConfig =
  | { provider: 'console' }
  | { provider: 'twilio'; accountSid: string; authToken: string; from: string }
  | { provider: 'twilio-verify'; accountSid: string; authToken: string; serviceSid: string };

export interface Config {
  isProduction: boolean;
  host: string;
  /** 0 lets the system choose a free port. */
  port: number;
  /** Absolute path of the folder for the embedded database and generated keys. */
  dataDir: string;
  /** Where the address of the page and links such as invitations start; no trailing slash. */
  publicUrl: string | undefined;
  trustProxy: number;
  allowedOrigins: string[];
  logLevel: LogLevel;
  mongo: { uri: string | undefined; dbName: string; systemBinary: string | undefined; cacheDir: string };
  redis:
    | { host: string; port: number; username: string | undefined; password: string | undefined }
    | undefined;
  jwt: {
    /** Set means HS256 with this secret; not set means RS256 with the key pair in `keysDir`. */
    secret: string | undefined;
    keysDir: string;
    issuer: string;
    audience: string;
    accessTtlSeconds: number;
    refreshTtlDays: number;
  };
  rateLimit: { max: number; authMax: number; socketEventsPer10s: number; windowSeconds: number };
  otp: {
    /** The code every phone gets when set; only with the console provider outside production. */
    fixedCode: string | undefined;
    /** The same for every email, with mail in the log. */
    fixedMailCode: string | undefined;
    phoneHourlyMax: number;
    ipHourlyMax: number;
    prefixHourlyMax: number;
    lockMinutes: number;
  };
  sms: SmsConfig;
  mail: MailConfig;
  media: MediaConfig;
  dialects: DialectsConfig;
  /** How often a plain WebSocket is asked for a sign of life. */
  wsPingSeconds: number;
  journal: { maxPending: number };
  calls: CallsConfig;
  metrics: MetricsConfig;
  push: PushConfig;
  sockets: SocketsConfig;
}

/** Thrown by `loadConfig`; `faults` holds one sentence for each setting that is missing or wrong. */
export class ConfigError extends Error {
  constructor(readonly faults: string[]) {
    super(
      `Parley cannot start, ${faults.length} setting(s) are wrong:\n${faults.map((f) => `  - ${f}`).join('\n')}`,
    );
    this.name = 'ConfigError';
  }
}

/**
 * Reads and checks every setting; the only code that knows `process.env`. Each variable is explained in `.env.example`.
 * @throws ConfigError with the whole list of faults.
 */
export function loadConfig(source: EnvSource = process.env): Config {
  const env = new EnvReader(source);
  const isProduction =
    env.oneOf('NODE_ENV', 'development', ['development', 'test', 'production']) === 'production';
  const dataDir = path.resolve(env.text('DATA_DIR', '.data'));
  const config: Config = {
    isProduction,
    host: env.text('HOST', '0.0.0.0'),
    port: env.integer('PORT', 3000, { min: 0, max: 65_535 }),
    dataDir,
    publicUrl: env.optional('PUBLIC_URL')?.replace(/\/+$/, ''),
    trustProxy: env.integer('TRUST_PROXY', 0, { min: 0, max: 10 }),
    allowedOrigins: readOrigins(env, isProduction),
    logLevel: env.oneOf('LOG_LEVEL', isProduction ? 'http' : 'http', LOG_LEVELS),
    mongo: {
      uri: env.required('MONGO_URI', isProduction, 'in production (a replica set, mongodb://...)'),
      dbName: env.text('dbName', 'parley'),
      systemBinary: env.optional('MONGOMS_SYSTEM_BINARY'),
      cacheDir: path.join(
        env.optional('XDG_CACHE_HOME') ?? path.join(env.text('HOME', dataDir), '.cache'),
        'parley',
      ),
    },
    redis: readRedis(env),
    jwt: readJwt(env, isProduction, dataDir),
    rateLimit: {
      max: env.integer('RATE_LIMIT_MAX', 500, { min: 1, max: 1e9 }),
      authMax: env.integer('AUTH_RATE_LIMIT_MAX', 100, { min: 1, max: 1e9 }),
      socketEventsPer10s: env.integer('SOCKET_RATE_LIMIT_MAX', 2000, { min: 1, max: 1e9 }),
      windowSeconds: 900,
    },
    otp: {
      fixedCode: undefined,
      fixedMailCode: undefined,
      phoneHourlyMax: env.integer('OTP_PHONE_HOURLY_MAX', 10, { min: 1, max: 1e9 }),
      ipHourlyMax: env.integer('OTP_IP_HOURLY_MAX', 60, { min: 1, max: 1e9 }),
      prefixHourlyMax: env.integer('OTP_PREFIX_HOURLY_MAX', 1000, { min: 1, max: 1e9 }),
      lockMinutes: env.integer('OTP_LOCK_MINUTES', 15, { min: 1, max: 1440 }),
    },
    sms: readSms(env, isProduction),
    mail: readMail(env, isProduction),
    media: readMediaConfig(env, dataDir),
    dialects: readDialects(env),
    wsPingSeconds: env.integer('WS_PING_SECONDS', 25, { min: 1, max: 300 }),
    journal: { maxPending: env.integer('JOURNAL_MAX_PENDING', 20_000, { min: 1, max: 1e7 }) },
    calls: readCalls(env),
    metrics: readMetrics(env),
    push: readPush(env),
    sockets: readSockets(env),
  };
  if (config.sockets.adapter === 'redis' && !config.redis)
    env.faults.push('REDIS_HOST is required with SOCKET_ADAPTER=redis');
  if (!isProduction && config.sms.provider === 'console') config.otp.fixedCode = DEVELOPMENT_CODE;
  if (!isProduction && config.mail.provider === 'console') config.otp.fixedMailCode = DEVELOPMENT_CODE;
  if (env.faults.length > 0) throw new ConfigError(env.faults);
  return config;
}

/** The folder of the key pair, for a tool that needs no other setting. */
export function loadKeysDir({ KEYS_DIR, DATA_DIR }: EnvSource = process.env): string {
  return loadConfig({ KEYS_DIR, DATA_DIR }).jwt.keysDir;
}

function readOrigins(env: EnvReader, isProduction: boolean): string[] {
  env.required(
    'ALLOWED_ORIGINS',
    isProduction,
    'in production (a comma-separated list of web origins, or "none")',
  );
  const origins = env.list('ALLOWED_ORIGINS').filter((origin) => origin !== 'none');
  for (const origin of origins) {
    if (origin !== '*' && !/^https?:\/\/[^/]+$/.test(origin)) {
      env.faults.push(
        `ALLOWED_ORIGINS holds "${origin}", which is no web origin such as https://chat.example.org`,
      );
    }
  }
  if (isProduction && origins.includes('*')) env.faults.push('ALLOWED_ORIGINS must not be "*" in production');
  return origins;
}

function readRedis(env: EnvReader): Config['redis'] {
  const host = env.optional('REDIS_HOST');
  if (host === undefined) return undefined;
  return {
    host,
    port: env.integer('REDIS_PORT', 6379, { min: 1, max: 65_535 }),
    username: env.optional('REDIS_USERNAME'),
    password: env.optional('REDIS_PASSWORD'),
  };
}

function readJwt(env: EnvReader, isProduction: boolean, dataDir: string): Config['jwt'] {
  const secret = env.optional('JWT_SECRET');
  const keysDir = env.optional('KEYS_DIR');
  if (isProduction && secret === undefined && keysDir === undefined) {
    env.faults.push('KEYS_DIR (a folder with an RSA key pair) or JWT_SECRET is required in production');
  }
  if (secret !== undefined && keysDir !== undefined) {
    env.faults.push('JWT_SECRET and KEYS_DIR must not both be set: tokens are either HS256 or RS256');
  }
  if (isProduction && secret !== undefined && secret.length < 32) {
    env.faults.push('JWT_SECRET must have at least 32 characters in production');
  }
  return {
    secret,
    keysDir: path.resolve(keysDir ?? path.join(dataDir, 'keys')),
    issuer: env.text('JWT_ISSUER', 'parley'),
    audience: env.text('JWT_AUDIENCE', 'parley'),
    accessTtlSeconds: env.integer('ACCESS_TOKEN_TTL_SECONDS', 900, { min: 5, max: 86_400 }),
    refreshTtlDays: env.integer('REFRESH_TOKEN_TTL_DAYS', 30, { min: 1, max: 365 }),
  };
}

function readSms(env: EnvReader, isProduction: boolean): SmsConfig {
  env.required('SMS_PROVIDER', isProduction, 'in production (twilio, twilio-verify or console)');
  const provider = env.oneOf('SMS_PROVIDER', 'console', ['console', 'twilio', 'twilio-verify']);
  if (provider === 'console') return { provider };
  const why = `with SMS_PROVIDER=${provider}`;
  const accountSid = env.required('TWILIO_ACCOUNT_SID', true, why) ?? '';
  const authToken = env.required('TWILIO_AUTH_TOKEN', true, why) ?? '';
  if (provider === 'twilio') {
    return { provider, accountSid, authToken, from: env.required('TWILIO_FROM', true, why) ?? '' };
  }
  return {
    provider,
    accountSid,
    authToken,
    serviceSid: env.required('TWILIO_VERIFY_SERVICE_SID', true, why) ?? '',
  };
}
