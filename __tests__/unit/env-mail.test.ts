import { loadConfig } from '../../src/config/env';
import type { EnvSource } from '../../src/config/env-reader';
import { faultsOf } from '../support/settings';

const MAIL_FROM = 'Parley <no-reply@example.org>';
const FROM = { name: 'Parley', address: 'no-reply@example.org' };

function mailOf(source: EnvSource) {
  return loadConfig({ MAIL_FROM, ...source }).mail;
}

describe('the mail server', () => {
  it('comes in one line', () => {
    const smtp = { provider: 'smtp', host: 'mail.example.org', from: FROM };
    expect(mailOf({ SMTP_URL: 'smtps://me%40example.org:p%3Aw@mail.example.org' })).toEqual({
      ...smtp,
      port: 465,
      secure: 'tls',
      auth: { user: 'me@example.org', pass: 'p:w' },
    });
    expect(mailOf({ SMTP_URL: 'smtp://mail.example.org:2525', SMTP_SECURE: 'starttls' })).toEqual({
      ...smtp,
      port: 2525,
      secure: 'starttls',
      auth: undefined,
    });
  });

  it('comes in parts', () => {
    const parts = { SMTP_HOST: 'mail.example.org', SMTP_USER: 'me', SMTP_PASSWORD: 'pw' };
    const smtp = { provider: 'smtp', host: 'mail.example.org', auth: { user: 'me', pass: 'pw' }, from: FROM };
    expect(mailOf(parts)).toEqual({ ...smtp, port: 587, secure: 'auto' });
    expect(mailOf({ ...parts, SMTP_SECURE: 'tls' })).toEqual({ ...smtp, port: 465, secure: 'tls' });
    expect(mailOf({ ...parts, SMTP_PORT: '465' })).toEqual({ ...smtp, port: 465, secure: 'tls' });
  });

  it('makes the codes random, as in production', () => {
    const { otp } = loadConfig({ MAIL_FROM, SMTP_HOST: 'mail.example.org' });
    expect(otp).toMatchObject({ fixedCode: '123456', fixedMailCode: undefined });
  });

  it('is refused when it is half there, without its password being told', () => {
    const url =
      'SMTP_URL must be like smtps://user:password@mail.example.org:465 or smtp://mail.example.org:587';
    for (const bad of [
      'hunter2',
      'https://u:hunter2@mail.example.org',
      'smtp://u:%ZZhunter2@mail.example.org',
    ])
      expect(faultsOf({ SMTP_URL: bad, MAIL_FROM })).toEqual([url]);
    expect(faultsOf({ SMTP_HOST: 'mail.example.org', SMTP_USER: 'me' })).toEqual([
      'SMTP_USER and SMTP_PASSWORD are required together',
      'MAIL_FROM is required with a mail server (such as Parley <no-reply@example.org>)',
    ]);
    expect(faultsOf({ SMTP_HOST: 'a.example.org', SMTP_URL: 'smtp://b.example.org', MAIL_FROM })).toEqual([
      'SMTP_URL and SMTP_HOST must not both be set',
    ]);
    expect(faultsOf({ MAIL_PROVIDER: 'smtp', MAIL_FROM })).toEqual([
      'SMTP_URL or SMTP_HOST is required with MAIL_PROVIDER=smtp',
    ]);
    expect(faultsOf({ MAIL_FROM: 'Parley <nobody>' })).toEqual([
      expect.stringContaining('which is no sender'),
    ]);
  });

  it('is optional: mail goes to the log, and nowhere in production unless that is asked for', () => {
    expect(loadConfig({}).mail).toEqual({ provider: 'console' });
    const production = {
      NODE_ENV: 'production',
      MONGO_URI: 'mongodb://db/?replicaSet=rs0',
      ALLOWED_ORIGINS: 'none',
      KEYS_DIR: '/etc/parley/keys',
      SMS_PROVIDER: 'console',
    };
    expect(loadConfig(production).mail).toEqual({ provider: 'none' });
    expect(loadConfig({ ...production, MAIL_PROVIDER: 'console' }).mail).toEqual({ provider: 'console' });
  });
});
