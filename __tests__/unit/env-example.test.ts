import dotenv from 'dotenv';
import { ConfigError, loadConfig } from '../../src/config/env';
import type { EnvSource } from '../../src/config/env-reader';
import { readEnvExample } from '../support/env-example';
import { faultsOf } from '../support/settings';

const documented = readEnvExample();

/** Which variables `loadConfig` asks for, with every provider and Redis chosen in turn. */
function readVariables(): Set<string> {
  const asked = new Set<string>();
  const choices: EnvSource[] = [
    {},
    { REDIS_HOST: 'localhost' },
    { SMS_PROVIDER: 'twilio' },
    { SMS_PROVIDER: 'twilio-verify' },
    { MAIL_PROVIDER: 'smtp' },
    { MEDIA_PROVIDER: 'cloudinary' },
    { NODE_ENV: 'production' },
  ];
  for (const choice of choices) {
    const source = new Proxy(choice, {
      get(target, name) {
        asked.add(String(name));
        return target[String(name)];
      },
    });
    try {
      loadConfig(source);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
    }
  }
  // The system's own; nobody sets it for Parley.
  asked.delete('HOME');
  return asked;
}

describe('.env.example', () => {
  it('names exactly the variables that are read', () => {
    expect(documented.map(({ name }) => name).sort()).toEqual([...readVariables()].sort());
  });

  it('explains each of them in a sentence', () => {
    for (const { name, comment } of documented)
      expect([name, comment]).toEqual([name, expect.stringMatching(/\w.{20,}\.$/)]);
  });

  it('shows the defaults: a copy of it changes nothing', () => {
    const copied = dotenv.parse(documented.map(({ name, value }) => `${name}=${value}`).join('\n'));
    expect(Object.keys(copied)).toHaveLength(documented.length);
    const HOME = '/home/somebody';
    expect(loadConfig({ HOME, ...copied })).toEqual(loadConfig({ HOME }));
  });

  it('says of exactly those that production requires that it does', () => {
    const saysSo = documented.filter(({ comment }) => comment.includes('Required in production'));
    const faults = faultsOf({ NODE_ENV: 'production' });
    const required = documented.filter(({ name }) => faults.some((fault) => fault.startsWith(name)));
    expect(required.map(({ name }) => name)).toEqual(saysSo.map(({ name }) => name));
    expect(faults).toHaveLength(required.length);
  });

  it('gives the ranges that are enforced', () => {
    const ranges = documented.flatMap(({ name, comment }) => {
      const [, min, max] = / (\d+) to (\d+)\b/.exec(comment) ?? [];
      return min === undefined ? [] : [{ name, min: Number(min), max: Number(max) }];
    });
    expect(ranges.map(({ name }) => name)).toEqual([
      'PORT',
      'TRUST_PROXY',
      'ACCESS_TOKEN_TTL_SECONDS',
      'REFRESH_TOKEN_TTL_DAYS',
      'OTP_LOCK_MINUTES',
      'MEDIA_MAX_IMAGE_MB',
      'MEDIA_MAX_VIDEO_MB',
      'MEDIA_MAX_AUDIO_MB',
      'MEDIA_MAX_DOCUMENT_MB',
      'MEDIA_URL_TTL_SECONDS',
      'CALL_RING_SECONDS',
      'TURN_TTL_SECONDS',
    ]);
    for (const { name, min, max } of ranges) {
      for (const good of [min, max]) expect(faultsOf({ [name]: String(good) })).toEqual([]);
      for (const bad of [min - 1, max + 1, min + 0.5]) {
        expect(faultsOf({ [name]: String(bad) })).toEqual([
          `${name} must be a whole number from ${min} to ${max}, not "${bad}"`,
        ]);
      }
    }
  });
});
