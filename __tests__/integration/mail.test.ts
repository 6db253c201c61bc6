import { type AddressInfo, createServer, type Socket } from 'node:net';
import type { MailConfig, SmtpConfig } from '../../src/config/env-mail';
import { createMailProvider } from '../../src/providers/mail';
import type { Mail } from '../../src/providers/mail/mail.port';
import { createSmtpMail } from '../../src/providers/mail/smtp.mail';
import { otpMail } from '../../src/services/otp-mail';
import { keepingLogger, refusalOf } from '../support/auth-harness';
import { captureLog } from '../support/log-capture';
import { type MailServer, startMailServer } from '../support/mail-server';

const { logger } = keepingLogger();
const mail: Mail = otpMail('alice@example.org', '654321');
let server: MailServer;

beforeAll(async () => {
  server = await startMailServer({
    onRcptTo({ address }, _session, done) {
      const refusals: Record<string, [number, string]> = {
        'nobody@example.org': [550, '5.1.1 No such user here'],
        'relay@example.org': [550, '5.7.1 Relaying denied'],
        'full@example.org': [452, '4.2.2 The mailbox is full'],
      };
      const refusal = refusals[address];
      if (!refusal) return done();
      done(Object.assign(new Error(refusal[1]), { responseCode: refusal[0] }));
    },
  });
});
afterAll(() => server.stop());

function smtp(port: number, change: Partial<SmtpConfig> = {}): SmtpConfig {
  const from = { name: 'Parley', address: 'no-reply@example.org' };
  return { provider: 'smtp', host: '127.0.0.1', port, secure: 'auto', auth: undefined, from, ...change };
}

function send(config: MailConfig, to = mail.to): Promise<void> {
  return createMailProvider(config, { logger }).send({ ...mail, to });
}

describe('mail by SMTP', () => {
  it('brings a mail in plain text and HTML from the sender that is set', async () => {
    await send(smtp(server.port));
    const { from, to, raw } = server.mails.at(-1) ?? { from: '', to: [], raw: '' };
    expect([from, to]).toEqual(['no-reply@example.org', ['alice@example.org']]);
    expect(raw).toMatch(/^From: Parley <no-reply@example.org>\r$/m);
    expect(raw).toMatch(/^Subject: 654321 is your code\r$/m);
    expect(raw).toMatch(/^Auto-Submitted: auto-generated\r$/m);
    expect(raw).toContain('Content-Type: text/plain');
    expect(raw).toContain('Content-Type: text/html');
    expect(raw).toContain('Your code for alice@example.org is 654321');
  });

  it('lets nothing of an address, a subject or a name become another header or recipient', async () => {
    const from = { name: 'Parley\r\nBcc: eve@example.org', address: 'no-reply@example.org' };
    await createSmtpMail(smtp(server.port, { from })).send({ ...mail, subject: 'Hi\r\nX-Evil: 1' });
    const { to, raw } = server.mails.at(-1) ?? { to: [], raw: '' };
    expect(to).toEqual(['alice@example.org']);
    expect(raw).not.toMatch(/^(Bcc|X-Evil):/m);
    const before = server.mails.length;
    const two = 'alice@example.org, eve@example.org';
    await createSmtpMail(smtp(server.port))
      .send({ ...mail, to: two })
      .catch(() => undefined);
    for (const late of server.mails.slice(before)) expect(late.to).not.toContain('eve@example.org');
  });

  it('says of an address without a mailbox that it is the address, and of all else that mail fails', async () => {
    expect(await refusalOf(send(smtp(server.port), 'nobody@example.org'))).toMatchObject({
      code: 'validation_failed',
      errors: [{ path: 'email', message: 'cannot receive mail' }],
    });
    for (const to of ['relay@example.org', 'full@example.org']) {
      const refusal = await refusalOf(send(smtp(server.port), to));
      expect(refusal).toMatchObject({ code: 'unavailable', retryAfterSeconds: 5 });
      expect(refusal.message).not.toMatch(/\d/);
    }
  });

  it('signs in to a server of this machine, and tells a wrong password as unavailable', async () => {
    const guarded = await startMailServer({
      authOptional: false,
      allowInsecureAuth: true,
      onAuth({ username, password }, _session, done) {
        const isRight = username === 'parley' && password === 'p4ss';
        done(isRight ? null : new Error('Wrong'), isRight ? { user: username } : undefined);
      },
    });
    await send(smtp(guarded.port, { auth: { user: 'parley', pass: 'p4ss' } }));
    expect(guarded.mails).toHaveLength(1);
    const wrong = smtp(guarded.port, { auth: { user: 'parley', pass: 'wrong' } });
    expect(await refusalOf(send(wrong))).toMatchObject({ code: 'unavailable' });
    await guarded.stop();
  });

  it('sends nothing without encryption where that is required', async () => {
    const before = server.mails.length;
    expect(await refusalOf(send(smtp(server.port, { secure: 'starttls' })))).toMatchObject({
      code: 'unavailable',
    });
    expect(server.mails).toHaveLength(before);
  });
});

describe('a mail server that does not work', () => {
  it('is unavailable when nothing listens', async () => {
    const gone = await startMailServer();
    await gone.stop();
    expect(await refusalOf(send(smtp(gone.port)))).toMatchObject({ code: 'unavailable' });
  });

  it('is given up when it greets and then only keeps the line busy', async () => {
    const sockets = new Set<Socket>();
    const tarpit = createServer((socket) => {
      sockets.add(socket.on('error', () => undefined).on('close', () => sockets.delete(socket)));
      socket.write('220 tarpit ESMTP\r\n');
      socket.on('data', () => socket.write('250-still\r\n'));
    });
    await new Promise<void>((resolve) => tarpit.listen(0, '127.0.0.1', resolve));
    const { port } = tarpit.address() as AddressInfo;
    const provider = createSmtpMail(smtp(port), { deadlineMs: 300 });
    expect(await refusalOf(provider.send(mail))).toMatchObject({ code: 'unavailable' });
    const crowd = await Promise.all(Array.from({ length: 51 }, () => refusalOf(provider.send(mail))));
    expect(
      crowd
        .map(({ message }) => message)
        .sort()
        .at(-1),
    ).toBe('Too many mails are being sent');
    expect(crowd.every(({ code }) => code === 'unavailable')).toBe(true);
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => tarpit.close(resolve));
  });
});

describe('mail without a server', () => {
  it('stands in the log with the code, and the address masked', async () => {
    const { logger: product, lines } = captureLog({ isProduction: true });
    await createMailProvider({ provider: 'console' }, { logger: product }).send(mail);
    expect(lines.join('')).toContain('mail for a***e@example.org: 654321 is your code | Your code for');
    expect(lines.join('')).not.toContain('alice');
  });

  it('is refused with the reason where it is switched off', async () => {
    const refusal = await refusalOf(send({ provider: 'none' }));
    expect([refusal.code, refusal.message]).toEqual([
      'unavailable',
      'This server is not set up to send mail',
    ]);
  });
});

describe('the mail with a code', () => {
  it('shows an address as text, whatever it looks like in HTML', () => {
    const { html } = otpMail(`<b>&'"@example.org`, '000001');
    expect(html).toContain('<strong>&lt;b&gt;&amp;&#39;&quot;@example.org</strong>');
    expect(html).toContain('<strong>000001</strong>');
  });
});
