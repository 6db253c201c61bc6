import { loadConfig } from '../../src/config/env';
import { AVAILABLE_DIALECTS } from '../../src/config/env-dialects';
import { faultsOf } from '../support/settings';

const PRODUCTION = {
  NODE_ENV: 'production',
  MONGO_URI: 'mongodb://db/?replicaSet=rs0',
  ALLOWED_ORIGINS: 'https://chat.example.org',
  KEYS_DIR: '/etc/parley/keys',
  SMS_PROVIDER: 'console',
};

describe('settings outside production', () => {
  it('need none at all', () => {
    expect(loadConfig({})).toMatchObject({
      isProduction: false,
      port: 3000,
      mongo: { uri: undefined, dbName: 'parley' },
      redis: undefined,
      rateLimit: { max: 500, windowSeconds: 900 },
      sms: { provider: 'console' },
      mail: { provider: 'console' },
      otp: { fixedCode: '123456', fixedMailCode: '123456' },
    });
  });

  it('take an empty value for none', () => {
    expect(loadConfig({ PORT: '', MONGO_URI: '  ', REDIS_HOST: '', JWT_SECRET: '' })).toEqual(loadConfig({}));
  });

  it('fix the code with the console provider only', () => {
    const twilio = { TWILIO_ACCOUNT_SID: 'AC1', TWILIO_AUTH_TOKEN: 't', TWILIO_FROM: '+15005550006' };
    expect(loadConfig({ SMS_PROVIDER: 'twilio', ...twilio }).otp.fixedCode).toBeUndefined();
  });

  it('lists every fault at once', () => {
    expect(
      faultsOf({
        NODE_ENV: 'staging',
        PORT: '70000',
        LOG_LEVEL: 'loud',
        RATE_LIMIT_MAX: '0',
        ACCESS_TOKEN_TTL_SECONDS: '1.5',
        ALLOWED_ORIGINS: 'chat.example.org, https://ok.example.org, https://example.org/path',
        SMS_PROVIDER: 'pigeon',
        DIALECTS: 'klingon',
        DEFAULT_DIALECT: 'latin',
      }),
    ).toEqual([
      'NODE_ENV must be one of development, test, production, not "staging"',
      'PORT must be a whole number from 0 to 65535, not "70000"',
      expect.stringContaining('ALLOWED_ORIGINS holds "chat.example.org"'),
      expect.stringContaining('ALLOWED_ORIGINS holds "https://example.org/path"'),
      'LOG_LEVEL must be one of error, warn, info, http, debug, silent, not "loud"',
      'ACCESS_TOKEN_TTL_SECONDS must be a whole number from 5 to 86400, not "1.5"',
      'RATE_LIMIT_MAX must be a whole number from 1 to 1000000000, not "0"',
      'SMS_PROVIDER must be one of console, twilio, twilio-verify, not "pigeon"',
      'DIALECTS names "klingon", which this build does not have',
      expect.stringMatching(/^DEFAULT_DIALECT must be one of native.*, not "latin"$/),
    ]);
  });

  it('refuse a secret and a key pair together, for either could then sign', () => {
    expect(faultsOf({ JWT_SECRET: 'a secret', KEYS_DIR: 'keys' })).toEqual([
      'JWT_SECRET and KEYS_DIR must not both be set: tokens are either HS256 or RS256',
    ]);
  });

  it('name what each SMS provider needs', () => {
    expect(faultsOf({ SMS_PROVIDER: 'twilio' })).toEqual([
      'TWILIO_ACCOUNT_SID is required with SMS_PROVIDER=twilio',
      'TWILIO_AUTH_TOKEN is required with SMS_PROVIDER=twilio',
      'TWILIO_FROM is required with SMS_PROVIDER=twilio',
    ]);
    expect(faultsOf({ SMS_PROVIDER: 'twilio-verify', TWILIO_ACCOUNT_SID: 'AC1' })).toEqual([
      'TWILIO_AUTH_TOKEN is required with SMS_PROVIDER=twilio-verify',
      'TWILIO_VERIFY_SERVICE_SID is required with SMS_PROVIDER=twilio-verify',
    ]);
  });

  it('check the port of Redis only when there is a Redis', () => {
    expect(faultsOf({ REDIS_PORT: 'x' })).toEqual([]);
    expect(faultsOf({ REDIS_HOST: 'cache', REDIS_PORT: 'x' })).toEqual([
      'REDIS_PORT must be a whole number from 1 to 65535, not "x"',
    ]);
  });
});

describe('settings in production', () => {
  it('are complete with database, origins, key and SMS provider', () => {
    expect(faultsOf(PRODUCTION)).toEqual([]);
    expect(loadConfig({ ...PRODUCTION, ALLOWED_ORIGINS: 'none' }).allowedOrigins).toEqual([]);
  });

  it('never fix the sign-in code', () => {
    for (const MAIL_PROVIDER of ['', 'console']) {
      const { otp } = loadConfig({ ...PRODUCTION, MAIL_PROVIDER });
      expect([otp.fixedCode, otp.fixedMailCode]).toEqual([undefined, undefined]);
    }
  });

  it('refuse any origin and a short secret', () => {
    const { KEYS_DIR: _, ...rest } = PRODUCTION;
    expect(faultsOf({ ...rest, ALLOWED_ORIGINS: '*', JWT_SECRET: 'short' })).toEqual([
      'ALLOWED_ORIGINS must not be "*" in production',
      'JWT_SECRET must have at least 32 characters in production',
    ]);
  });
});

describe('DIALECTS', () => {
  it('means all when it is not set, none when it is empty', () => {
    expect(loadConfig({}).dialects).toEqual({ enabled: [...AVAILABLE_DIALECTS], fallback: 'native' });
    expect(loadConfig({ DIALECTS: 'all' }).dialects).toEqual(loadConfig({}).dialects);
    expect(loadConfig({ DIALECTS: '' }).dialects.enabled).toEqual([]);
  });

  it('bounds what DEFAULT_DIALECT may be', () => {
    for (const name of AVAILABLE_DIALECTS) {
      expect(loadConfig({ DIALECTS: name, DEFAULT_DIALECT: name }).dialects.fallback).toBe(name);
      expect(faultsOf({ DIALECTS: '', DEFAULT_DIALECT: name })).toHaveLength(1);
    }
  });
});
