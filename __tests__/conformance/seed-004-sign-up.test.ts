/** Who gets an email, and with which password: what somebody else gave for it must not survive the proof (contract section 3). */
import { OtpChallengeModel } from '../../src/models/otp-challenge.model';
import { SignUpModel } from '../../src/models/sign-up.model';
import { UserModel } from '../../src/models/user.model';
import { call } from '../support/client';
import { startWorld, type World } from '../support/native-world';
import {
  CODE,
  freshEmail,
  join,
  loginStatus,
  PASSWORD,
  type Visitor,
  visitor,
  waitForNextCode,
} from './seed-004-client';

const HERS = 'the password of the owner';
const THEIRS = 'the password of the attacker';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

const anybody = () => visitor(world.app.url);
/** A client without cookies, as a script is. */
const bare = (path: string, body: object, headers: Record<string, string> = {}) =>
  call(world.app.url, 'POST', path, { body, headers });
const register = (who: Visitor, email: string, password: string) =>
  who.api('POST', '/auth/register', { email, password });
const verify = (who: Visitor, email: string) => who.api('POST', '/auth/verify-otp', { email, otp: CODE });

/** Which of the two passwords signs in. */
async function passwordsOf(email: string): Promise<string[]> {
  const results = [];
  for (const password of [HERS, THEIRS])
    if ((await loginStatus(world, email, password)) === 200) results.push(password);
  return results;
}

describe('an email that somebody else registered with a password at /api/auth/register', () => {
  async function squat(email: string) {
    const { body } = await bare('/api/auth/register', { name: 'Attacker', email, password: THEIRS });
    return body as { accessToken: string; user: { id: string } };
  }

  it('is lost to whoever proves it, who gets an account of their own with their own password', async () => {
    const email = freshEmail();
    const attacker = await squat(email);
    const owner = await join(world, email, HERS);
    expect(owner.id).not.toBe(attacker.user.id);
    expect(await passwordsOf(email)).toEqual([HERS]);
    expect((await bare('/api/auth/login', { email, password: THEIRS })).status).toBe(401);
    const token = attacker.accessToken;
    const profile = await call(world.app.url, 'GET', '/api/users/profile', { token });
    expect(profile.body.user).toMatchObject({ id: attacker.user.id, email: null });
  });

  it('means nothing to the login before that', async () => {
    const email = freshEmail();
    await squat(email);
    expect(await loginStatus(world, email, THEIRS)).toBe(401);
  });

  it('cannot be registered there again once it is proved', async () => {
    const { email } = await join(world);
    const again = await bare('/api/auth/register', { name: 'Attacker', email, password: THEIRS });
    expect(again.body.code).toBe('conflict');
  });
});

describe('an email that somebody else registered at /auth/register', () => {
  it.each([
    ['before', [THEIRS, HERS]],
    ['after', [HERS, THEIRS]],
  ])('%s its owner gets the password of its owner, whose browser proves it', async (_when, order) => {
    const email = freshEmail();
    const [owner, attacker] = [anybody(), anybody()];
    for (const password of order) {
      await register(password === HERS ? owner : attacker, email, password);
      waitForNextCode(world);
    }
    expect((await verify(owner, email)).status).toBe(200);
    expect(await passwordsOf(email)).toEqual([HERS]);
  });

  it('gets no password when it is proved by a browser that did not register it', async () => {
    const email = freshEmail();
    await register(anybody(), email, THEIRS);
    const { status } = await bare('/auth/verify-otp', { email, otp: CODE }, { origin: world.app.url });
    expect(status).toBe(200);
    expect(await passwordsOf(email)).toEqual([]);
  });

  it('gets no password when clients without cookies gave two', async () => {
    const email = freshEmail();
    for (const password of [HERS, THEIRS]) {
      await bare('/auth/register', { email, password });
      waitForNextCode(world);
    }
    expect((await bare('/auth/verify-otp', { email, otp: CODE })).status).toBe(200);
    expect(await passwordsOf(email)).toEqual([]);
    // The owner gives one again, and now it is the only one.
    await bare('/auth/register', { email, password: HERS });
    await bare('/auth/verify-otp', { email, otp: CODE });
    expect(await passwordsOf(email)).toEqual([HERS]);
  });

  it('gets no password when its owner came too early for a code of their own', async () => {
    const email = freshEmail();
    await bare('/auth/register', { email, password: THEIRS });
    expect((await bare('/auth/register', { email, password: HERS })).status).toBe(429);
    expect((await bare('/auth/verify-otp', { email, otp: CODE })).status).toBe(200);
    expect(await passwordsOf(email)).toEqual([]);
  });

  it('gets the one password that a client without cookies gave twice', async () => {
    const email = freshEmail();
    for (const _ of [1, 2]) {
      await bare('/auth/register', { email, password: HERS });
      waitForNextCode(world);
    }
    await bare('/auth/verify-otp', { email, otp: CODE });
    expect(await passwordsOf(email)).toEqual([HERS]);
  });

  it('gets what its owner typed last in one browser', async () => {
    const email = freshEmail();
    const owner = anybody();
    await register(owner, email, THEIRS);
    waitForNextCode(world);
    await register(owner, email, HERS);
    await verify(owner, email);
    expect(await passwordsOf(email)).toEqual([HERS]);
  });

  it('forgets after an hour what was given, and by whom', async () => {
    const email = freshEmail();
    await bare('/auth/register', { email, password: THEIRS });
    world.clock.advance(3_601_000);
    await bare('/auth/register', { email, password: HERS });
    await bare('/auth/verify-otp', { email, otp: CODE });
    expect(await passwordsOf(email)).toEqual([HERS]);
  });
});

describe('an account whose email was proved before', () => {
  it('keeps its password when a client that may be somebody else gave another one', async () => {
    const { email, id } = await join(world, freshEmail(), HERS);
    waitForNextCode(world);
    await bare('/auth/register', { email, password: THEIRS });
    const { status, body } = await bare('/auth/verify-otp', { email, otp: CODE });
    expect([status, body.user.id]).toEqual([200, id]);
    expect(await passwordsOf(email)).toEqual([HERS]);
  });

  it('gets the new one of the browser that gave and proved it, and its other sessions end', async () => {
    const before = await join(world, freshEmail(), THEIRS);
    const { email } = before;
    waitForNextCode(world);
    const owner = anybody();
    await register(owner, email, HERS);
    expect((await verify(owner, email)).body.user.id).toBe(before.id);
    expect(await passwordsOf(email)).toEqual([HERS]);
    expect((await before.api('GET', '/msg/room')).status).toBe(401);
    expect((await owner.api('GET', '/msg/room')).status).toBe(200);
  });

  it('that signed up by phone gets its first password so', async () => {
    const person = await world.person('Phone');
    const email = freshEmail();
    await person.api('POST', '/api/users/email', { email });
    await person.api('POST', '/api/users/email/verify', { email, otp: CODE });
    const { id } = await join(world, email, HERS);
    expect(id).toBe(person.id);
    expect(await passwordsOf(email)).toEqual([HERS]);
  });
});

describe('what is stored', () => {
  it('is no account and no readable password before the proof, and nothing of the registration after it', async () => {
    const email = freshEmail();
    await bare('/auth/register', { email, password: HERS });
    expect(await UserModel.countDocuments({ email })).toBe(0);
    expect(JSON.stringify(await SignUpModel.findById(email).lean())).not.toContain(HERS);
    await bare('/auth/verify-otp', { email, otp: CODE });
    expect(await SignUpModel.countDocuments({ _id: email })).toBe(0);
    expect(await OtpChallengeModel.countDocuments({ _id: email })).toBe(0);
  });

  it('goes with the account', async () => {
    const member = await join(world);
    waitForNextCode(world);
    await bare('/auth/register', { email: member.email, password: THEIRS });
    const token = member.accessToken();
    await call(world.app.url, 'DELETE', '/api/users/profile', { token });
    expect(await SignUpModel.countDocuments({ _id: member.email })).toBe(0);
    expect((await join(world, member.email, PASSWORD)).id).not.toBe(member.id);
  });
});
