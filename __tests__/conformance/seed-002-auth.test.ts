import { randomUUID } from 'node:crypto';
import { type Answer, call, freshPhone } from '../support/client';
import { ISO_TIME, keysOf, PROBLEM_KEYS, SELF_KEYS, startWorld, type World } from '../support/native-world';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

const post = (path: string, body?: unknown, token?: string) =>
  call(world.app.url, 'POST', path, { body, token });

async function signIn(phoneNumber: string, device: object = {}): Promise<Answer> {
  await post('/api/auth/send-otp', { phoneNumber });
  return post('/api/auth/verify-otp', { phoneNumber, otp: '123456', ...device });
}

describe('POST /api/auth/send-otp', () => {
  it('sends an OTP to a phone number and tells channel, life and the wait until the next', async () => {
    const { status, body } = await post('/api/auth/send-otp', { phoneNumber: freshPhone() });
    expect(status).toBe(200);
    expect(body).toEqual({ sent: true, channel: expect.any(String), expiresIn: 300, resendAfter: 30 });
  });

  it('answers the same whether or not the number is known', async () => {
    const known = freshPhone();
    await signIn(known);
    world.clock.advance(31_000);
    const again = await post('/api/auth/send-otp', { phoneNumber: known });
    const fresh = await post('/api/auth/send-otp', { phoneNumber: freshPhone() });
    expect([again.status, again.body]).toEqual([fresh.status, fresh.body]);
  });

  it.each(['+91', 'IN'])('takes a national number with the country code %s', async (countryCode) => {
    const e164 = freshPhone();
    const national = e164.slice(3);
    const sent = await post('/api/auth/send-otp', { phoneNumber: national, countryCode });
    expect(sent.status).toBe(200);
    const login = await post('/api/auth/verify-otp', { phoneNumber: national, countryCode, otp: '123456' });
    expect(login.body.user.phoneNumber).toBe(e164);
  });

  it('accepts numbers that a numbering plan would refuse outside production', async () => {
    expect((await post('/api/auth/send-otp', { phoneNumber: '+911111111111' })).status).toBe(200);
  });

  it('gives a new code at most every 30 s, earlier it is rate_limited with Retry-After', async () => {
    const phoneNumber = freshPhone();
    await post('/api/auth/send-otp', { phoneNumber });
    const early = await post('/api/auth/send-otp', { phoneNumber });
    expect([early.status, early.body.code]).toEqual([429, 'rate_limited']);
    expect(Number(early.headers.get('retry-after'))).toBeGreaterThan(0);
    world.clock.advance(30_001);
    expect((await post('/api/auth/send-otp', { phoneNumber })).status).toBe(200);
  });

  it.each([{}, { phoneNumber: '' }, { phoneNumber: 5 }, { phoneNumber: 'hello' }, { phoneNumber: null }])(
    'refuses %j as validation_failed, naming the field',
    async (body) => {
      const answer = await post('/api/auth/send-otp', body);
      expect([answer.status, answer.body.code]).toEqual([400, 'validation_failed']);
      expect(answer.body.errors[0].path).toBe('phoneNumber');
    },
  );
});

describe('POST /api/auth/verify-otp', () => {
  it('logs in with tokens, their life, the user, whether they are new, and the device', async () => {
    const phoneNumber = freshPhone();
    const { status, body } = await signIn(phoneNumber, { deviceId: 'pixel-8', platform: 'android' });
    expect(status).toBe(200);
    expect(keysOf(body)).toEqual(
      ['accessToken', 'deviceId', 'expiresIn', 'isNewUser', 'refreshToken', 'tokenType', 'user'].sort(),
    );
    expect(body).toMatchObject({ tokenType: 'Bearer', expiresIn: 900, isNewUser: true, deviceId: 'pixel-8' });
    expect(keysOf(body.user)).toEqual(SELF_KEYS);
    expect(body.user).toMatchObject({ phoneNumber, email: null, socketIds: [], name: '' });
    expect(body.user.devices).toEqual([
      {
        deviceId: 'pixel-8',
        platform: 'android',
        name: '',
        online: false,
        lastSeenAt: expect.stringMatching(ISO_TIME),
      },
    ]);
  });

  it('makes a new device when no deviceId comes along', async () => {
    const { body } = await signIn(freshPhone());
    expect(body.deviceId).toEqual(expect.any(String));
    expect(body.user.devices.map((device: { deviceId: string }) => device.deviceId)).toEqual([body.deviceId]);
  });

  it('knows the user again at the next login', async () => {
    const phoneNumber = freshPhone();
    const first = await signIn(phoneNumber);
    await post('/api/auth/complete-profile', { name: 'Ann' }, first.body.accessToken);
    world.clock.advance(31_000);
    const second = await signIn(phoneNumber);
    expect(second.body.isNewUser).toBe(false);
    expect(second.body.user).toMatchObject({ id: first.body.user.id, name: 'Ann' });
  });

  it('makes access tokens with the claims sub, sid, did, dialect, iss and aud', async () => {
    const { body } = await signIn(freshPhone(), { deviceId: 'tablet' });
    const claims = JSON.parse(Buffer.from(body.accessToken.split('.')[1], 'base64url').toString());
    expect(claims).toMatchObject({ sub: body.user.id, did: 'tablet', dialect: 'native' });
    expect([typeof claims.sid, typeof claims.iss, typeof claims.aud]).toEqual(['string', 'string', 'string']);
    expect(claims.exp - claims.iat).toBe(900);
  });

  it('answers a wrong code with otp_invalid, and the third with otp_locked', async () => {
    const phoneNumber = freshPhone();
    await post('/api/auth/send-otp', { phoneNumber });
    const codes: string[] = [];
    for (let i = 0; i < 3; i += 1) {
      const { status, body } = await post('/api/auth/verify-otp', { phoneNumber, otp: '000000' });
      codes.push(`${status} ${body.code}`);
    }
    expect(codes).toEqual(['401 otp_invalid', '401 otp_invalid', '429 otp_locked']);
    const right = await post('/api/auth/verify-otp', { phoneNumber, otp: '123456' });
    expect(right.body.code).toBe('otp_locked');
  });

  it('accepts a code once and for 5 minutes', async () => {
    const [spent, late] = [freshPhone(), freshPhone()];
    await signIn(spent);
    expect((await post('/api/auth/verify-otp', { phoneNumber: spent, otp: '123456' })).body.code).toBe(
      'otp_invalid',
    );
    await post('/api/auth/send-otp', { phoneNumber: late });
    world.clock.advance(5 * 60_000 + 1);
    expect((await post('/api/auth/verify-otp', { phoneNumber: late, otp: '123456' })).body.code).toBe(
      'otp_invalid',
    );
  });
});

describe('POST /api/auth/complete-profile', () => {
  it('sets name, bio and avatarUrl and answers the user', async () => {
    const { accessToken } = (await signIn(freshPhone())).body;
    const profile = { name: 'Alice', bio: 'Gone fishing', avatarUrl: 'https://media.example.org/a.png' };
    const { status, body } = await post('/api/auth/complete-profile', profile, accessToken);
    expect(status).toBe(200);
    expect(keysOf(body)).toEqual(['user']);
    expect(body.user).toMatchObject(profile);
  });

  it('needs a name and a token', async () => {
    const { accessToken } = (await signIn(freshPhone())).body;
    expect((await post('/api/auth/complete-profile', {}, accessToken)).body.code).toBe('validation_failed');
    expect((await post('/api/auth/complete-profile', { name: 'A' })).body.code).toBe('unauthenticated');
  });
});

describe('POST /api/auth/refresh-token', () => {
  it('gives new tokens for the same session and device', async () => {
    const login = (await signIn(freshPhone(), { deviceId: 'phone' })).body;
    world.clock.advance(1000);
    const { status, body } = await post('/api/auth/refresh-token', { refreshToken: login.refreshToken });
    expect(status).toBe(200);
    expect(body).toMatchObject({ tokenType: 'Bearer', expiresIn: 900, deviceId: 'phone', isNewUser: false });
    expect(body.refreshToken).not.toBe(login.refreshToken);
    expect((await call(world.app.url, 'GET', '/api/users/profile', { token: body.accessToken })).status).toBe(
      200,
    );
  });

  it('gives the same successor when the immediate predecessor comes again within 10 s', async () => {
    const { refreshToken } = (await signIn(freshPhone())).body;
    const first = await post('/api/auth/refresh-token', { refreshToken });
    const again = await post('/api/auth/refresh-token', { refreshToken });
    expect(again.body.refreshToken).toBe(first.body.refreshToken);
  });

  it('ends the whole family when a spent token comes again later', async () => {
    const { refreshToken } = (await signIn(freshPhone())).body;
    const next = (await post('/api/auth/refresh-token', { refreshToken })).body;
    world.clock.advance(10_001);
    const reused = await post('/api/auth/refresh-token', { refreshToken });
    expect([reused.status, reused.body.code]).toEqual([401, 'token_reused']);
    const profile = await call(world.app.url, 'GET', '/api/users/profile', { token: next.accessToken });
    expect(profile.body.code).toBe('unauthenticated');
    const successor = await post('/api/auth/refresh-token', { refreshToken: next.refreshToken });
    expect(successor.status).toBe(401);
  });

  it('refuses another device and what is no token as unauthenticated', async () => {
    const { refreshToken } = (await signIn(freshPhone(), { deviceId: 'mine' })).body;
    const other = await post('/api/auth/refresh-token', { refreshToken, deviceId: 'not-mine' });
    expect([other.status, other.body.code]).toEqual([401, 'unauthenticated']);
    expect((await post('/api/auth/refresh-token', { refreshToken: randomUUID() })).body.code).toBe(
      'unauthenticated',
    );
    expect((await post('/api/auth/refresh-token', { refreshToken, deviceId: 'mine' })).status).toBe(200);
  });
});

describe('POST /api/auth/logout', () => {
  it('ends the session, its access token and its refresh token', async () => {
    const login = (await signIn(freshPhone())).body;
    const out = await post('/api/auth/logout', undefined, login.accessToken);
    expect([out.status, out.body]).toEqual([200, { ok: true }]);
    const profile = await call(world.app.url, 'GET', '/api/users/profile', { token: login.accessToken });
    expect([profile.status, profile.body.code]).toEqual([401, 'unauthenticated']);
    expect((await post('/api/auth/refresh-token', { refreshToken: login.refreshToken })).status).toBe(401);
  });
});

describe('GET /api/auth/countries', () => {
  it('lists 195 or more countries with code, callingCode and name', async () => {
    const { status, body } = await call(world.app.url, 'GET', '/api/auth/countries');
    expect(status).toBe(200);
    expect(body.countries.length).toBeGreaterThanOrEqual(195);
    expect(body.countries).toContainEqual({ code: 'IN', callingCode: '+91', name: 'India' });
  });
});

describe('every answer', () => {
  it('carries the X-Request-Id of a caller who sent a sane one, and RateLimit headers', async () => {
    const headers = { 'x-request-id': 'my-request-1' };
    const answer = await call(world.app.url, 'GET', '/api/users/profile', { headers });
    expect(answer.headers.get('x-request-id')).toBe('my-request-1');
    expect(answer.headers.get('ratelimit')).toMatch(/limit=\d+, remaining=\d+, reset=\d+/);
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(keysOf(answer.body)).toEqual(PROBLEM_KEYS);
    expect(answer.body).toMatchObject({ status: 401, code: 'unauthenticated', requestId: 'my-request-1' });
  });

  it('gets an id of our own when the caller sent an insane one', async () => {
    const headers = { 'x-request-id': 'x'.repeat(500) };
    const answer = await call(world.app.url, 'GET', '/api/auth/countries', { headers });
    expect(answer.headers.get('x-request-id')).toMatch(/^[\w-]{36}$/);
  });
});
