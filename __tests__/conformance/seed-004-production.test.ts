/** Seed 004 as it runs in production: codes by a mail server, cookies over HTTPS only, and no page of a developer's machine. */
import { startTestApp, type TestApp } from '../support/app';
import { type MailServer, startMailServer } from '../support/mail-server';
import { freshEmail, PASSWORD, visitor } from './seed-004-client';

const SITE = 'https://chat.example.org';

let mail: MailServer;
let app: TestApp;
beforeAll(async () => {
  mail = await startMailServer();
  app = await startTestApp({
    env: {
      NODE_ENV: 'production',
      ALLOWED_ORIGINS: SITE,
      SMS_PROVIDER: 'console',
      SMTP_HOST: '127.0.0.1',
      SMTP_PORT: String(mail.port),
      MAIL_FROM: 'Parley <parley@example.org>',
    },
  });
});
afterAll(async () => {
  await app.stop();
  await mail.stop();
});

it('sends a 6-digit OTP to the email, and sets cookies that are Secure', async () => {
  const person = visitor(app.url);
  const email = freshEmail();
  await person.api('POST', '/auth/register', { email, password: PASSWORD });
  expect(mail.mails.map(({ to }) => to)).toEqual([[email]]);
  const wrong = await person.api('POST', '/auth/verify-otp', { email, otp: '123456' });
  if (mail.codeFor(email) !== '123456') expect(wrong.body.code).toBe('otp_invalid');
  await person.api('POST', '/auth/verify-otp', { email, otp: mail.codeFor(email) });
  const set = person.lastSet().filter(({ value }) => value !== '');
  expect(set.map(({ name, attributes }) => [name, attributes.includes('Secure')])).toEqual([
    ['accessToken', true],
    ['refreshToken', true],
  ]);
  const lives = set.map(({ attributes }) => attributes.find((attribute) => attribute.startsWith('Max-Age=')));
  expect(lives).toEqual(['Max-Age=900', `Max-Age=${30 * 86_400}`]);
  expect(set.map(({ attributes }) => attributes.find((attribute) => attribute.startsWith('Path=')))).toEqual([
    'Path=/',
    'Path=/auth',
  ]);
  const statusFrom = async (origin: string) =>
    (await person.api('GET', '/msg/room', undefined, { origin })).status;
  expect([await statusFrom(SITE), await statusFrom('http://localhost:5173')]).toEqual([200, 403]);
});
