import { UserModel } from '../../src/models/user.model';
import { claimPhone } from '../../src/services/phone-owner.service';
import { startAuth } from '../support/auth-harness';
import { readUser, storeUser, useDatabase } from '../support/user-fixtures';

useDatabase('auth');

let app: Awaited<ReturnType<typeof startAuth>>;
let serial = 0;

beforeAll(async () => {
  app = await startAuth();
});
afterAll(() => app.stop());

function newPhone(): string {
  serial += 1;
  return `+91111111${String(serial).padStart(4, '0')}`;
}

describe('POST /api/auth/send-otp', () => {
  it('answers the same for a known and an unknown number', async () => {
    const { user } = await storeUser({ phoneNumber: newPhone() });
    const answers = [
      await app.call('POST', '/api/auth/send-otp', { phoneNumber: user.phoneNumber }),
      await app.call('POST', '/api/auth/send-otp', { phoneNumber: newPhone() }),
    ];
    for (const { status, body } of answers) {
      expect(status).toBe(200);
      expect(body).toEqual({ sent: true, channel: 'sms', expiresIn: 300, resendAfter: 30 });
    }
  });

  it('tells when to ask again', async () => {
    const phoneNumber = newPhone();
    await app.call('POST', '/api/auth/send-otp', { phoneNumber });
    const { status, body, headers } = await app.call('POST', '/api/auth/send-otp', {
      phoneNumber: phoneNumber.slice(3),
      countryCode: 'IN',
    });
    expect([status, body.code]).toEqual([429, 'rate_limited']);
    expect(headers.get('retry-after')).toBe('30');
  });
});

describe('POST /api/auth/verify-otp', () => {
  it('makes an account for a new number, and knows it the next time', async () => {
    const phoneNumber = newPhone();
    const first = await app.signIn(phoneNumber, { deviceId: 'pixel', platform: 'android' });
    expect(first.status).toBe(200);
    expect(first.headers.get('cache-control')).toBe('no-store');
    expect(Object.keys(first.body).sort()).toEqual(
      'accessToken deviceId expiresIn isNewUser refreshToken tokenType user'.split(' '),
    );
    expect(first.body).toMatchObject({
      tokenType: 'Bearer',
      expiresIn: 900,
      isNewUser: true,
      deviceId: 'pixel',
      user: { phoneNumber, socketIds: [], devices: [{ deviceId: 'pixel', platform: 'android' }] },
    });
    const second = await app.signIn(phoneNumber);
    expect(second.body).toMatchObject({ isNewUser: false, user: { id: first.body.user.id } });
    expect(second.body.deviceId).not.toBe('pixel');
    expect(second.body.user.devices.map(({ deviceId }) => deviceId)).toEqual(['pixel', second.body.deviceId]);
    const { actor } = await app.tokenService.verifyAccess(second.body.accessToken);
    expect(actor).toMatchObject({
      userId: first.body.user.id,
      dialect: 'native',
      deviceId: second.body.deviceId,
    });
  });

  it('takes a national number with its country', async () => {
    const phoneNumber = newPhone();
    await app.call('POST', '/api/auth/send-otp', { phoneNumber: phoneNumber.slice(3), countryCode: '+91' });
    const { body } = await app.call('POST', '/api/auth/verify-otp', {
      phoneNumber: phoneNumber.slice(3),
      countryCode: 'IN',
      otp: app.lastCode(),
      deviceId: null,
      platform: null,
    });
    expect(body.user.phoneNumber).toBe(phoneNumber);
  });

  it('gives a proved number to who proved it; the account that only claimed it loses it', async () => {
    const phoneNumber = newPhone();
    const { id: squatter } = await storeUser({ phoneNumber, phoneVerified: false, name: 'Squatter' });
    const { body } = await app.signIn(phoneNumber);
    expect(body.isNewUser).toBe(true);
    expect(body.user.id).not.toBe(squatter);
    expect(await readUser(squatter)).not.toHaveProperty('phoneNumber');
    expect(await readUser(body.user.id)).toMatchObject({ phoneNumber, phoneVerified: true });
  });

  it('makes one account when a number is proved twice at once', async () => {
    const phoneNumber = newPhone();
    await storeUser({ phoneNumber, phoneVerified: false });
    const claims = await Promise.all(Array.from({ length: 8 }, () => claimPhone(phoneNumber, app.bus)));
    expect(new Set(claims.map(({ userId }) => userId)).size).toBe(1);
    expect(claims.filter(({ isNewUser }) => isNewUser)).toHaveLength(1);
    expect(await UserModel.find({ phoneNumber })).toHaveLength(1);
  });

  it('refuses a wrong code, and the number after three', async () => {
    const phoneNumber = newPhone();
    await app.call('POST', '/api/auth/send-otp', { phoneNumber });
    const otp = app.lastCode() === '000000' ? '000001' : '000000';
    const tries = [];
    for (const _ of [1, 2, 3])
      tries.push(await app.call('POST', '/api/auth/verify-otp', { phoneNumber, otp }));
    expect(tries.map(({ status, body }) => [status, body.code])).toEqual([
      [401, 'otp_invalid'],
      [401, 'otp_invalid'],
      [429, 'otp_locked'],
    ]);
    expect(tries[2]?.headers.get('retry-after')).toBe('900');
    expect(await UserModel.find({ phoneNumber })).toHaveLength(0);
  });
});

describe('POST /api/auth/refresh-token', () => {
  it('gives the next pair, with which the client goes on', async () => {
    const { body: first } = await app.signIn(newPhone(), { deviceId: 'pixel' });
    app.clock.advance(1000);
    const { status, body, headers } = await app.call('POST', '/api/auth/refresh-token', {
      refreshToken: first.refreshToken,
      deviceId: 'pixel',
    });
    expect(status).toBe(200);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(body).toMatchObject({ tokenType: 'Bearer', expiresIn: 900, isNewUser: false, deviceId: 'pixel' });
    expect(body.user.id).toBe(first.user.id);
    expect(body.accessToken).not.toBe(first.accessToken);
    const profile = { name: 'Alice' };
    const { status: used } = await app.call('POST', '/api/auth/complete-profile', profile, body.accessToken);
    expect(used).toBe(200);
  });

  it('ends everything when a spent token comes back', async () => {
    const { body: first } = await app.signIn(newPhone());
    const { refreshToken } = first;
    const { body: second } = await app.call('POST', '/api/auth/refresh-token', { refreshToken });
    app.clock.advance(11_000);
    const { status, body } = await app.call('POST', '/api/auth/refresh-token', { refreshToken });
    expect([status, body.code]).toEqual([401, 'token_reused']);
    for (const token of [first.accessToken, second.accessToken]) {
      const answer = await app.call('POST', '/api/auth/logout', {}, token);
      expect([answer.status, answer.body.code]).toEqual([401, 'unauthenticated']);
    }
  });
});

describe('POST /api/auth/logout', () => {
  it('ends the session, without a body too', async () => {
    const { body } = await app.signIn(newPhone());
    const { status, body: answer } = await app.call('POST', '/api/auth/logout', undefined, body.accessToken);
    expect([status, answer]).toEqual([200, { ok: true }]);
    const again = await app.call('POST', '/api/auth/logout', undefined, body.accessToken);
    expect([again.status, again.body.code]).toEqual([401, 'unauthenticated']);
    const { refreshToken } = body;
    expect((await app.call('POST', '/api/auth/refresh-token', { refreshToken })).status).toBe(401);
  });

  it('ends the sessions of all devices when asked to', async () => {
    const phoneNumber = newPhone();
    const { body: phone } = await app.signIn(phoneNumber);
    const { body: tablet } = await app.signIn(phoneNumber);
    await app.call('POST', '/api/auth/logout', { allDevices: true }, phone.accessToken);
    expect((await app.call('POST', '/api/auth/logout', {}, tablet.accessToken)).status).toBe(401);
  });
});

describe('POST /api/auth/complete-profile', () => {
  it('sets name, bio and avatar', async () => {
    const { body } = await app.signIn(newPhone());
    const profile = { name: 'Alice', bio: 'Gone fishing', avatarUrl: 'https://example.org/a.png' };
    const answer = await app.call('POST', '/api/auth/complete-profile', profile, body.accessToken);
    expect(answer.status).toBe(200);
    expect(answer.body.user).toMatchObject({ id: body.user.id, ...profile });
  });

  it('needs a token', async () => {
    for (const token of [undefined, 'garbage', 'x'.repeat(8000)]) {
      const { status, body } = await app.call('POST', '/api/auth/complete-profile', { name: 'A' }, token);
      expect([status, body.code]).toEqual([401, 'unauthenticated']);
    }
  });
});

describe('GET /api/auth/countries and /.well-known/jwks.json', () => {
  it('are open to everybody', async () => {
    const { body: list } = await app.call('GET', '/api/auth/countries');
    expect(list.countries).toContainEqual({ code: 'DE', callingCode: '+49', name: 'Germany' });
    const { body: jwks, headers } = await app.call('GET', '/.well-known/jwks.json');
    expect(jwks).toEqual({ keys: [expect.objectContaining({ kid: app.signingKey.kid, alg: 'RS256' })] });
    expect(headers.get('cache-control')).toBe('public, max-age=300');
  });
});

describe('hostile input', () => {
  const operator = { $ne: null };
  const long = 'x'.repeat(90_000);
  const hostile: unknown[] = [
    operator,
    [],
    ['+911111111111'],
    911111111111,
    true,
    long,
    '',
    '   ',
    undefined,
  ];

  it.each(['phoneNumber', 'otp', 'countryCode', 'deviceId', 'platform'])(
    'as %s of a sign-in is a validation failure',
    async (field) => {
      const good = { phoneNumber: '+911111111111', otp: '123456' };
      const isOptional = !(field in good);
      for (const value of hostile.filter((one) => !(isOptional && one === undefined))) {
        const body = { ...good, [field]: value };
        const answer = await app.call('POST', '/api/auth/verify-otp', body);
        expect([answer.status, answer.body.code, answer.body.errors[0]?.path]).toEqual([
          400,
          'validation_failed',
          field,
        ]);
      }
    },
  );

  it('as a refresh token or device is refused and changes nothing', async () => {
    const { body } = await app.signIn(newPhone());
    const { refreshToken } = body;
    for (const refresh of [
      { refreshToken: operator },
      { refreshToken: [refreshToken] },
      { refreshToken: 7 },
      { refreshToken, deviceId: operator },
      {},
      [],
    ]) {
      const answer = await app.call('POST', '/api/auth/refresh-token', refresh);
      expect([answer.status, answer.body.code]).toEqual([400, 'validation_failed']);
    }
    for (const garbage of [long, 'x', '{"$ne":null}']) {
      const answer = await app.call('POST', '/api/auth/refresh-token', { refreshToken: garbage });
      expect([answer.status, answer.body.code]).toEqual([401, 'unauthenticated']);
    }
    expect((await app.call('POST', '/api/auth/refresh-token', { refreshToken })).status).toBe(200);
  });

  it('as a body is refused before anything reads it', async () => {
    const paths = ['send-otp', 'verify-otp', 'refresh-token'].map((name) => `/api/auth/${name}`);
    for (const path of paths) {
      const huge = await app.call('POST', path, { phoneNumber: 'x'.repeat(1_000_000) });
      expect([huge.status, huge.body.code]).toEqual([413, 'payload_too_large']);
      for (const body of ['{"phoneNumber":', 'null', '"text"', '[]', '7', '']) {
        const answer = await app.call('POST', path, body);
        expect([answer.status, answer.body.code]).toEqual([400, 'validation_failed']);
      }
      expect((await app.call('POST', path)).status).toBe(400);
    }
  });

  it('as allDevices or a profile is a validation failure', async () => {
    const { body } = await app.signIn(newPhone());
    for (const [path, sent] of [
      ['logout', { allDevices: 'yes' }],
      ['logout', { allDevices: operator }],
      ['complete-profile', {}],
      ['complete-profile', { name: operator }],
      ['complete-profile', { name: 'A', bio: 7 }],
      ['complete-profile', { name: 'A', avatarUrl: 'javascript:alert(1)' }],
    ]) {
      const answer = await app.call('POST', `/api/auth/${path}`, sent, body.accessToken);
      expect([answer.status, answer.body.code]).toEqual([400, 'validation_failed']);
    }
  });
});
