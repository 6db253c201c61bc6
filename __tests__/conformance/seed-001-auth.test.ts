/** Seed 001, Authentication: "User registration and login", "Profile management", "Secure password handling with bcrypt". */
import { randomUUID } from 'node:crypto';
import { UserModel } from '../../src/models/user.model';
import { type Answer, call, freshPhone, signUp } from '../support/client';
import { SELF_KEYS, startWorld, type World } from '../support/native-world';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

const PASSWORD = 'correct horse battery';
const freshEmail = () => `person.${randomUUID()}@example.org`;

const send = (method: string, path: string, body?: unknown, token?: string) =>
  call(world.app.url, method, `/api/auth/${path}`, { body, token });
const register = (input: object): Promise<Answer> =>
  send('POST', 'register', { name: 'Alice', password: PASSWORD, ...input });
const login = (input: object): Promise<Answer> => send('POST', 'login', { password: PASSWORD, ...input });

describe('POST /api/auth/register - Register a new user', () => {
  it.each([
    ['an email', () => ({ email: freshEmail() })],
    ['a phone number', () => ({ phoneNumber: freshPhone() })],
    ['both', () => ({ email: freshEmail(), phoneNumber: freshPhone() })],
  ])('takes %s and signs the new account in', async (_what, address) => {
    const typed = address();
    const { status, body } = await register(typed);
    expect(status).toBe(201);
    expect(body).toMatchObject({ tokenType: 'Bearer', isNewUser: true, user: { name: 'Alice', ...typed } });
    expect(Object.keys(body.user).sort()).toEqual(SELF_KEYS);
    expect((await send('GET', 'profile', undefined, body.accessToken)).body.user.id).toBe(body.user.id);
  });

  it('is a conflict for an address that an account has, however it is written', async () => {
    const email = freshEmail();
    const phoneNumber = freshPhone();
    await register({ email, phoneNumber });
    for (const again of [
      { email: ` ${email.toUpperCase()} ` },
      { phoneNumber },
      { email: freshEmail(), phoneNumber },
    ]) {
      const { status, body } = await register(again);
      expect([status, body.code]).toEqual([409, 'conflict']);
    }
  });

  it('is a conflict for a number that was proved by a code', async () => {
    const { phoneNumber } = await world.person('Bob');
    expect((await register({ phoneNumber })).status).toBe(409);
  });

  it('makes one account when the same comes twice at once', async () => {
    const email = freshEmail();
    const answers = await Promise.all([register({ email }), register({ email })]);
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409]);
  });

  it.each([
    [{}, 'email'],
    [{ email: 'nobody' }, 'email'],
    [{ email: 'a@b' }, 'email'],
    [{ email: 'a\u0000@example.org' }, 'email'],
    [{ phoneNumber: 'hello' }, 'phoneNumber'],
    [{ email: 'a@example.org', password: 'short' }, 'password'],
    [{ email: 'a@example.org', password: 'x'.repeat(73) }, 'password'],
    [{ email: 'a@example.org', password: 'ü'.repeat(37) }, 'password'],
    [{ email: 'a@example.org', password: { $ne: null } }, 'password'],
    [{ email: { $gt: '' } }, 'email'],
    [{ email: 'a@example.org', name: '' }, 'name'],
  ])('refuses %j', async (input, path) => {
    const { status, body } = await register(input);
    expect([status, body.code, body.errors[0].path]).toEqual([400, 'validation_failed', path]);
  });

  it('keeps a bcrypt hash and no password', async () => {
    const { body } = await register({ email: freshEmail() });
    const stored = await UserModel.findById(body.user.id).lean();
    expect(stored?.passwordHash).toMatch(/^\$2[aby]\$1\d\$/);
    expect(JSON.stringify(stored)).not.toContain(PASSWORD);
    expect(JSON.stringify(body)).not.toContain('passwordHash');
  });
});

describe('POST /api/auth/login - Login a user', () => {
  it('takes the email or the phone number with the password', async () => {
    const email = freshEmail();
    const phoneNumber = freshPhone();
    const { body: made } = await register({ email, phoneNumber });
    for (const address of [
      { email },
      { email: email.toUpperCase() },
      { phoneNumber },
      { email, phoneNumber: null },
    ]) {
      const { status, body } = await login(address);
      expect([status, body.user.id, body.isNewUser]).toEqual([200, made.user.id, false]);
    }
  });

  it('signs in on the device it names', async () => {
    const email = freshEmail();
    await register({ email });
    const { body } = await login({ email, deviceId: 'tablet', platform: 'ios' });
    expect(body.deviceId).toBe('tablet');
    expect(body.user.devices).toContainEqual(
      expect.objectContaining({ deviceId: 'tablet', platform: 'ios' }),
    );
  });

  it('says the same of a wrong password, an unknown address and an account without password', async () => {
    const email = freshEmail();
    await register({ email });
    const { phoneNumber } = await world.person('Bob');
    const answers = [
      await login({ email, password: 'wrong password' }),
      await login({ email: freshEmail() }),
      await login({ phoneNumber }),
    ];
    for (const { status, body } of answers) {
      expect([status, body.code, body.detail]).toEqual([401, 'unauthenticated', answers[0]?.body.detail]);
    }
  });

  it('is rate_limited past ten wrong passwords, also for the right one, until the window is over', async () => {
    const email = freshEmail();
    await register({ email });
    const wrong = await Promise.all(
      Array.from({ length: 12 }, () => login({ email, password: 'wrong password' })),
    );
    expect(wrong.filter(({ status }) => status === 401)).toHaveLength(10);
    const limited = await login({ email });
    expect([limited.status, limited.body.code]).toEqual([429, 'rate_limited']);
    expect(Number(limited.headers.get('retry-after'))).toBeGreaterThan(0);
    world.clock.advance(15 * 60_000);
    expect((await login({ email })).status).toBe(200);
  });

  it('does not count right passwords', async () => {
    const email = freshEmail();
    await register({ email });
    for (let i = 0; i < 12; i += 1) expect((await login({ email })).status).toBe(200);
  });

  it('starts sessions that refresh and log out like any other; the token is dead after logout', async () => {
    const email = freshEmail();
    const { body } = await register({ email });
    const next = await send('POST', 'refresh-token', { refreshToken: body.refreshToken });
    expect(next.status).toBe(200);
    expect((await send('POST', 'logout', {}, next.body.accessToken)).status).toBe(200);
    expect((await send('GET', 'profile', undefined, next.body.accessToken)).status).toBe(401);
  });
});

describe('an address that nobody has proved', () => {
  it('is lost to whoever proves it by a code; the account that claimed it stays', async () => {
    const phoneNumber = freshPhone();
    const email = freshEmail();
    const { body: claimer } = await register({ email, phoneNumber });
    const owner = await signUp(world.app, { phoneNumber });
    expect(owner.id).not.toBe(claimer.user.id);
    expect((await login({ phoneNumber })).status).toBe(401);
    expect((await login({ email })).body.user).toMatchObject({ id: claimer.user.id, phoneNumber: null });
  });

  it('leads nobody to the account: not search, not contact requests', async () => {
    const email = freshEmail();
    const phoneNumber = freshPhone();
    await register({ email, phoneNumber });
    const bob = await world.person('Bob');
    for (const q of [email, phoneNumber]) {
      const { body } = await bob.api('GET', `/api/users/search?q=${encodeURIComponent(q)}`);
      expect(body.users).toEqual([]);
    }
    for (const target of [{ email }, { phoneNumber }])
      expect((await bob.api('POST', '/api/contacts/request', target)).status).toBe(404);
  });
});

describe('the profile', () => {
  it('GET /api/auth/profile and PUT /api/auth/update-profile show and change it', async () => {
    const { body } = await register({ email: freshEmail() });
    const changed = await send(
      'PUT',
      'update-profile',
      { bio: 'Gone fishing', name: 'Alicia' },
      body.accessToken,
    );
    expect(changed.body.user).toMatchObject({ bio: 'Gone fishing', name: 'Alicia' });
    expect((await send('GET', 'profile', undefined, body.accessToken)).body.user.bio).toBe('Gone fishing');
  });

  it('DELETE /api/auth/delete-profile ends the account and frees its address', async () => {
    const email = freshEmail();
    const { body } = await register({ email });
    expect((await send('DELETE', 'delete-profile', undefined, body.accessToken)).status).toBe(200);
    expect((await send('GET', 'profile', undefined, body.accessToken)).status).toBe(401);
    expect((await login({ email })).status).toBe(401);
    expect((await register({ email })).status).toBe(201);
  });

  it.each(['profile', 'update-profile', 'delete-profile'])('%s is for who is signed in', async (path) => {
    const method = { profile: 'GET', 'update-profile': 'PUT', 'delete-profile': 'DELETE' }[path] ?? '';
    expect((await send(method, path, method === 'PUT' ? {} : undefined)).status).toBe(401);
  });
});

describe('POST /api/auth/change-password', () => {
  it('takes the present password, and ends the other sessions', async () => {
    const email = freshEmail();
    const { body: here } = await register({ email, deviceId: 'here' });
    const { body: there } = await login({ email, deviceId: 'there' });
    const change = { currentPassword: PASSWORD, newPassword: 'staple correct horse' };
    expect((await send('POST', 'change-password', change, here.accessToken)).status).toBe(200);
    expect((await send('GET', 'profile', undefined, here.accessToken)).status).toBe(200);
    expect((await send('GET', 'profile', undefined, there.accessToken)).status).toBe(401);
    expect((await login({ email })).status).toBe(401);
    expect((await login({ email, password: change.newPassword })).status).toBe(200);
  });

  it('is forbidden with a wrong one, and for an account that has none', async () => {
    const { body } = await register({ email: freshEmail() });
    const change = { currentPassword: 'wrong password', newPassword: 'staple correct horse' };
    expect((await send('POST', 'change-password', change, body.accessToken)).status).toBe(403);
    const bob = await world.person('Bob');
    expect((await send('POST', 'change-password', change, bob.accessToken)).status).toBe(403);
  });
});
