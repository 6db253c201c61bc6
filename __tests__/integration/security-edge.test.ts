import { randomBytes } from 'node:crypto';
import { startTestApp, type TestApp } from '../support/app';
import { call, type Person, signUp } from '../support/client';

/** Another address of the same subscriber, who has 2^64 of them. */
function neighbour(): string {
  const groups = randomBytes(8).toString('hex').match(/.{4}/g) ?? [];
  return `2001:db8:1:2:${groups.join(':')}`;
}

describe('the request limits', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp({
      env: { RATE_LIMIT_MAX: '8', AUTH_RATE_LIMIT_MAX: '2', TRUST_PROXY: '1' },
    });
  });
  afterAll(() => app.stop());

  const tryCode = (ip: string) =>
    call(app.url, 'POST', '/api/auth/verify-otp', {
      body: { phoneNumber: '+911111111111', otp: '000000' },
      headers: { 'x-forwarded-for': ip },
    });

  it('count all IPv6 addresses of one subscriber together', async () => {
    const answers = [];
    for (let i = 0; i < 3; i += 1) answers.push((await tryCode(neighbour())).status);
    expect(answers).toEqual([401, 401, 429]);
    expect((await tryCode('2001:db8:1:3::1')).status).toBe(401);
  });

  it('count an IPv4 address once, however it is written', async () => {
    const answers = [];
    for (const ip of ['203.0.113.9', '::ffff:203.0.113.9', '::FFFF:203.0.113.9'])
      answers.push((await tryCode(ip)).status);
    expect(answers).toEqual([401, 401, 429]);
  });
});

describe('private answers', () => {
  let app: TestApp;
  let alice: Person;
  beforeAll(async () => {
    app = await startTestApp();
    alice = await signUp(app);
  });
  afterAll(() => app.stop());

  it.each(['/api/users/profile', '/api/chats', '/api/contacts', '/api/users/devices', '/api/users/none'])(
    'are kept by nothing on the way and by no browser: %s',
    async (path) => {
      expect((await alice.api('GET', path)).headers.get('cache-control')).toBe('no-store');
    },
  );
});
