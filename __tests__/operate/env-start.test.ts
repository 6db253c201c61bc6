import { spawnSync } from 'node:child_process';
import os from 'node:os';
import path from 'node:path';
import { built } from '../support/built';

/** Starts the product where no `.env` is, with these settings and nothing else. */
function start(env: Record<string, string>) {
  const { PATH, HOME } = process.env;
  return spawnSync(process.execPath, [built('index.js')], {
    cwd: os.tmpdir(),
    env: { PATH, HOME, ...env },
    encoding: 'utf8',
    timeout: 25_000,
  });
}

describe('a start', () => {
  it('in production without the required settings ends with 1 and names all of them', () => {
    const { status, stdout, stderr } = start({ NODE_ENV: 'production', PORT: '0', RATE_LIMIT_MAX: 'many' });
    expect(stderr.trimEnd().split('\n')).toEqual([
      'Parley cannot start, 5 setting(s) are wrong:',
      '  - ALLOWED_ORIGINS is required in production (a comma-separated list of web origins, or "none")',
      '  - MONGO_URI is required in production (a replica set, mongodb://...)',
      '  - KEYS_DIR (a folder with an RSA key pair) or JWT_SECRET is required in production',
      '  - RATE_LIMIT_MAX must be a whole number from 1 to 1000000000, not "many"',
      '  - SMS_PROVIDER is required in production (twilio, twilio-verify or console)',
    ]);
    expect(stdout).toBe('');
    expect(status).toBe(1);
  });

  it('in production with a KEYS_DIR that holds no keys ends with 1 and says how to make them', () => {
    const { status, stderr } = start({
      NODE_ENV: 'production',
      PORT: '0',
      ALLOWED_ORIGINS: 'none',
      MONGO_URI: 'mongodb://127.0.0.1:9/?directConnection=true',
      SMS_PROVIDER: 'console',
      KEYS_DIR: path.join(os.tmpdir(), 'parley-no-such-keys'),
    });
    expect(stderr).toContain('npm run generate:keys');
    expect(status).toBe(1);
  });
});
