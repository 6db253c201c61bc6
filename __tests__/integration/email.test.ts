import { UserModel } from '../../src/models/user.model';
import { startTestApp, type TestApp } from '../support/app';
import { call, connect, type Person, signUp } from '../support/client';
import { captureLog } from '../support/log-capture';
import { type MailServer, startMailServer } from '../support/mail-server';

const { logger, lines } = captureLog({ isProduction: true });
let server: MailServer;
let app: TestApp;
let alice: Person;
let bob: Person;
let serial = 0;

beforeAll(async () => {
  server = await startMailServer({
    onRcptTo: ({ address }, _session, done) =>
      done(
        address.startsWith('nobody')
          ? Object.assign(new Error('5.1.1 No such user'), { responseCode: 550 })
          : undefined,
      ),
  });
  const env = {
    SMTP_HOST: '127.0.0.1',
    SMTP_PORT: String(server.port),
    MAIL_FROM: 'Parley <parley@example.org>',
  };
  app = await startTestApp({ env, overrides: { logger } });
  [alice, bob] = [await signUp(app, { name: 'Alice' }), await signUp(app, { name: 'Bob' })];
});
afterAll(async () => {
  await app.stop();
  await server.stop();
});

/** An address nobody else in this file has. */
function fresh(): string {
  serial += 1;
  return `person${serial}@example.org`;
}

/** Proves an address as a person would: asks, reads the mail, types. */
async function prove(person: Person, email: string) {
  expect((await person.api('POST', '/api/users/email', { email })).status).toBe(200);
  return person.api('POST', '/api/users/email/verify', { email, otp: server.codeFor(email.toLowerCase()) });
}

describe('POST /api/users/email', () => {
  it('sends a code by mail, with the same answer whether or not somebody has the address', async () => {
    const email = fresh();
    const sent = { sent: true, channel: 'email', expiresIn: 300, resendAfter: 30 };
    expect((await alice.api('POST', '/api/users/email', { email })).body).toEqual(sent);
    const taken = fresh();
    await UserModel.updateOne({ _id: bob.id }, { email: taken, emailVerified: true });
    expect((await alice.api('POST', '/api/users/email', { email: taken })).body).toEqual(sent);
    expect(server.mails.at(-1)?.to).toEqual([taken]);
  });

  it('sends the next one 30 s later at the earliest, to any writing of the address', async () => {
    const email = fresh();
    await alice.api('POST', '/api/users/email', { email });
    const again = await bob.api('POST', '/api/users/email', { email: ` ${email.toUpperCase()} ` });
    expect([again.status, again.body.code]).toEqual([429, 'rate_limited']);
    expect(Number(again.headers.get('retry-after'))).toBeGreaterThan(20);
  });

  it('refuses what is no address, and what could be more than one', async () => {
    const before = server.mails.length;
    const bad = [
      ...[
        undefined,
        null,
        7,
        {},
        [],
        ['a@example.org'],
        { $gt: '' },
        '',
        'alice',
        'a@b',
        '@example.org',
        'a@@example.org',
      ],
      ...[
        'a@example.org,b@example.org',
        'a@example.org\r\nBcc: b@example.org',
        'a b@example.org',
        '"a b"@example.org',
      ],
      ...[
        '<a@example.org>',
        'a@[127.0.0.1]',
        'a@127.0.0.1',
        'a@exam_ple.org',
        'a@-x.org',
        '.a@example.org',
        'a..b@x.org',
      ],
      ...[
        `${'a'.repeat(65)}@example.org`,
        `a@${'b.'.repeat(130)}org`,
        'a\u0000@example.org',
        'ä@example.org',
      ],
    ];
    for (const email of bad) {
      const { status, body } = await alice.api('POST', '/api/users/email', { email });
      expect([email, status, body.errors?.[0]?.path]).toEqual([email, 400, 'email']);
    }
    expect(server.mails).toHaveLength(before);
  });

  it('says so when the address has no mailbox, and leaves the way free', async () => {
    const email = `nobody${fresh()}`;
    for (const _ of [1, 2]) {
      const { status, body } = await alice.api('POST', '/api/users/email', { email });
      expect([status, body.errors[0]]).toEqual([400, { path: 'email', message: 'cannot receive mail' }]);
    }
  });

  it('is for people who are signed in', async () => {
    for (const path of ['/api/users/email', '/api/users/email/verify']) {
      const { status } = await call(app.url, 'POST', path, { body: { email: fresh(), otp: '123456' } });
      expect(status).toBe(401);
    }
  });

  it('logs neither address nor code', async () => {
    const email = fresh();
    await prove(alice, email);
    expect(lines.join('\n')).not.toContain(email);
    expect(lines.join('\n')).not.toContain(server.codeFor(email));
  });
});

describe('POST /api/users/email/verify', () => {
  it('adds the address in its one form; the account is then found by it', async () => {
    const email = fresh();
    const { status, body } = await prove(alice, `Alice.${email.toUpperCase()}`);
    expect([status, body.user.id, body.user.email]).toEqual([200, alice.id, `alice.${email}`]);
    expect((await alice.api('GET', '/api/users/profile')).body.user.email).toBe(`alice.${email}`);
    const asked = await bob.api('POST', '/api/contacts/request', { email: `alice.${email}` });
    expect([asked.status, asked.body.contact.user.id]).toEqual([201, alice.id]);
  });

  it('takes a code once, and wrong ones three times', async () => {
    const email = fresh();
    await prove(alice, email);
    const otp = server.codeFor(email);
    const twice = await alice.api('POST', '/api/users/email/verify', { email, otp });
    expect([twice.status, twice.body.code]).toEqual([401, 'otp_invalid']);
    const other = fresh();
    await alice.api('POST', '/api/users/email', { email: other });
    const wrong = server.codeFor(other) === '000000' ? '000001' : '000000';
    const codes: string[] = [];
    for (const _ of [1, 2, 3])
      codes.push(
        (await alice.api('POST', '/api/users/email/verify', { email: other, otp: wrong })).body.code,
      );
    expect(codes).toEqual(['otp_invalid', 'otp_invalid', 'otp_locked']);
    const late = await alice.api('POST', '/api/users/email/verify', {
      email: other,
      otp: server.codeFor(other),
    });
    expect([late.status, late.body.code]).toEqual([429, 'otp_locked']);
  });

  it('takes the address from an account that only claimed it, and its devices hear of it', async () => {
    const email = fresh();
    const claimer = await signUp(app, { name: 'Claimer' });
    await UserModel.updateOne({ _id: claimer.id }, { email, emailVerified: false });
    expect((await prove(alice, email)).body.user.email).toBe(email);
    expect((await claimer.api('GET', '/api/users/profile')).body.user.email).toBeNull();
  });

  it('confirms what the account itself had only claimed', async () => {
    const email = fresh();
    const person = await signUp(app, { name: 'Registered' });
    await UserModel.updateOne({ _id: person.id }, { email, emailVerified: false });
    expect((await prove(person, email)).body.user.email).toBe(email);
    expect(await UserModel.findById(person.id).lean()).toMatchObject({ email, emailVerified: true });
  });

  it('is a conflict when somebody else has proved it; the one who has may prove it again', async () => {
    const email = fresh();
    await prove(alice, email);
    const other = await prove(bob, email);
    expect([other.status, other.body.code, other.body.errors[0].path]).toEqual([409, 'conflict', 'email']);
    expect((await prove(alice, email)).body.user.email).toBe(email);
  });

  it('takes a code for one account, also when several try it at once', async () => {
    const email = fresh();
    const people = await Promise.all([1, 2, 3].map((n) => signUp(app, { name: `Racer ${n}` })));
    await alice.api('POST', '/api/users/email', { email });
    const otp = server.codeFor(email);
    const answers = await Promise.all(
      people.map((person) => person.api('POST', '/api/users/email/verify', { email, otp })),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(await UserModel.countDocuments({ email })).toBe(1);
  });

  it('frees the address with the account', async () => {
    const email = fresh();
    const leaver = await signUp(app, { name: 'Leaver' });
    await prove(leaver, email);
    await leaver.api('DELETE', '/api/users/profile');
    expect((await prove(bob, email)).body.user.email).toBe(email);
  });

  it('serves on when the mail server dies and comes back', async () => {
    const socket = await connect(app, alice);
    const port = server.port;
    await server.stop();
    const email = fresh();
    const refused = await alice.api('POST', '/api/users/email', { email });
    expect([refused.status, refused.body.code]).toEqual([503, 'unavailable']);
    expect(refused.headers.get('retry-after')).toBe('5');
    const back = await startMailServer({}, port);
    server = back;
    expect((await prove(alice, email)).status).toBe(200);
    socket.disconnect();
  });
});
