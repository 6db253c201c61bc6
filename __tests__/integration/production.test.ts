import { startTestApp, type TestApp } from '../support/app';
import { call } from '../support/client';
import { captureLog } from '../support/log-capture';

let app: TestApp;
const { logger, lines } = captureLog({ isProduction: true });

beforeAll(async () => {
  app = await startTestApp({
    env: { NODE_ENV: 'production', ALLOWED_ORIGINS: 'https://chat.example.org', SMS_PROVIDER: 'console' },
    overrides: { logger },
  });
});
afterAll(() => app.stop());

const post = (path: string, body: unknown) => call(app.url, 'POST', path, { body });
const codes = () => lines.flatMap((line) => /"code (\d{6}) for/.exec(line)?.[1] ?? []);

describe('production with the console SMS provider', () => {
  it('makes a random code for everybody and refuses 123456', async () => {
    for (let i = 0; i < 8; i += 1) {
      await post('/api/auth/send-otp', { phoneNumber: `+1415555010${i}` });
    }
    expect(new Set(codes()).size).toBe(8);
    expect(codes()).not.toContain('123456');
    const refused = await post('/api/auth/verify-otp', { phoneNumber: '+14155550100', otp: '123456' });
    expect([refused.status, refused.body.code]).toEqual([401, 'otp_invalid']);
  });

  it('signs in with the code from the log, and logs neither the number nor the tokens', async () => {
    const phoneNumber = '+14155550107';
    const login = await post('/api/auth/verify-otp', { phoneNumber, otp: codes()[7] });
    expect(login.status).toBe(200);
    const { accessToken: token, refreshToken } = login.body;
    await call(app.url, 'GET', `/api/users/search?q=${encodeURIComponent(phoneNumber)}`, { token });
    await post('/api/auth/refresh-token', { refreshToken });
    const log = lines.join('\n');
    expect(log).toContain('/api/users/search?q=');
    for (const secret of ['4155550107', token, refreshToken, 'eyJ']) {
      expect([secret, log.includes(secret)]).toEqual([secret, false]);
    }
    for (const line of lines) expect(JSON.parse(line)).toHaveProperty('timestamp');
  });

  it('refuses a number that no numbering plan has', async () => {
    const { status, body } = await post('/api/auth/send-otp', { phoneNumber: '+911111111111' });
    expect([status, body.code]).toEqual([400, 'validation_failed']);
  });

  it('lets the listed origin read answers, and no other', async () => {
    const originFor = async (origin: string) => {
      const answer = await fetch(`${app.url}/api/auth/countries`, { headers: { origin } });
      return answer.headers.get('access-control-allow-origin');
    };
    expect(await originFor('https://chat.example.org')).toBe('https://chat.example.org');
    expect(await originFor('https://evil.example.org')).toBeNull();
    expect(await originFor('http://localhost:5173')).toBeNull();
  });
});
