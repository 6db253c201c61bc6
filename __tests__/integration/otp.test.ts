import bcrypt from 'bcrypt';
import { OtpChallengeModel } from '../../src/models/otp-challenge.model';
import { createSmsProvider } from '../../src/providers/sms';
import { buildAuth, type NodeOptions, refusalOf } from '../support/auth-harness';
import { startFakeTwilio, TWILIO_ACCOUNT } from '../support/fake-twilio';
import { useDatabase } from '../support/user-fixtures';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
let serial = 0;

useDatabase('otp');

/** A node, a number and an address that no other test uses. */
async function setUp(options: NodeOptions = {}) {
  serial += 1;
  const node = await buildAuth(options);
  const phoneNumber = `+9170000${String(serial).padStart(5, '0')}`;
  const ip = `192.0.2.${serial}`;
  const { otpService, lastCode } = node;
  return {
    ...node,
    phoneNumber,
    ip,
    send: (other: { phoneNumber?: string; ip?: string } = {}) =>
      otpService.send({ phoneNumber, ip, ...other }),
    verify: (code: string) => otpService.verify({ phoneNumber, code }),
    wrongCode: () => (lastCode() === '000000' ? '000001' : '000000'),
  };
}

/** How many of the tries ended in each way. */
async function outcomes(tries: Promise<unknown>[]): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const result of await Promise.allSettled(tries)) {
    const name = result.status === 'fulfilled' ? 'ok' : String(result.reason.code);
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

describe('a one-time code', () => {
  it('is six random digits, lives five minutes and is stored as a bcrypt hash only', async () => {
    const { send, verify, lastCode, phoneNumber, clock } = await setUp();
    expect(await send()).toEqual({ sent: true, channel: 'sms', expiresIn: 300, resendAfter: 30 });
    const stored = await OtpChallengeModel.findById(phoneNumber).lean();
    expect(stored?.codeHash).toMatch(/^\$2b\$/);
    expect(JSON.stringify(stored)).not.toContain(lastCode());
    // Or whoever sees the database would try the million.
    expect(await bcrypt.compare(lastCode(), stored?.codeHash ?? '')).toBe(false);
    clock.advance(5 * MINUTE_MS - 1000);
    await verify(lastCode());
  });

  it('is 123456 where a fixed code is set', async () => {
    const node = await setUp();
    node.config.otp.fixedCode = '123456';
    await node.send();
    expect(node.lastCode()).toBe('123456');
    await node.verify('123456');
  });

  it('is dead after five minutes', async () => {
    const { send, verify, lastCode, clock } = await setUp();
    await send();
    clock.advance(5 * MINUTE_MS);
    expect(await refusalOf(verify(lastCode()))).toMatchObject({ code: 'otp_invalid' });
  });

  it('works once, also when it is tried several times at once', async () => {
    const { send, verify, lastCode } = await setUp();
    await send();
    const counts = await outcomes([1, 2, 3, 4, 5].map(() => verify(lastCode())));
    expect(counts.ok).toBe(1);
    expect(await refusalOf(verify(lastCode()))).toMatchObject({ code: 'otp_invalid' });
  });

  it('replaces the one before', async () => {
    const { send, verify, lastCode, clock } = await setUp();
    await send();
    const first = lastCode();
    clock.advance(30_000);
    await send();
    if (first !== lastCode()) expect(await refusalOf(verify(first))).toMatchObject({ code: 'otp_invalid' });
    await verify(lastCode());
  });

  it('is refused for a number nobody asked a code for', async () => {
    const { verify } = await setUp();
    expect(await refusalOf(verify('123456'))).toMatchObject({ code: 'otp_invalid' });
  });
});

describe('wrong tries', () => {
  it('lock the number at the third, for sending and for the right code, until the time is over', async () => {
    const { send, verify, lastCode, wrongCode, clock } = await setUp();
    await send();
    expect(await refusalOf(verify(wrongCode()))).toMatchObject({ code: 'otp_invalid' });
    expect(await refusalOf(verify(wrongCode()))).toMatchObject({ code: 'otp_invalid' });
    expect(await refusalOf(verify(wrongCode()))).toMatchObject({
      code: 'otp_locked',
      retryAfterSeconds: 900,
    });
    clock.advance(MINUTE_MS);
    expect(await refusalOf(verify(lastCode()))).toMatchObject({ code: 'otp_locked', retryAfterSeconds: 840 });
    expect(await refusalOf(send())).toMatchObject({ code: 'otp_locked', retryAfterSeconds: 840 });
    clock.advance(14 * MINUTE_MS);
    expect(await refusalOf(verify(lastCode()))).toMatchObject({ code: 'otp_invalid' });
    await send();
    expect(await refusalOf(verify(wrongCode()))).toMatchObject({ code: 'otp_invalid' });
    await verify(lastCode());
  });

  it('never exceed three, however many come at once', async () => {
    const { send, verify, lastCode, wrongCode } = await setUp();
    await send();
    const counts = await outcomes(Array.from({ length: 12 }, () => verify(wrongCode())));
    expect(counts).toEqual({ otp_invalid: 2, otp_locked: 10 });
    expect(await refusalOf(verify(lastCode()))).toMatchObject({ code: 'otp_locked' });
  });

  it('go on counting over a new code, and are forgotten with a right one', async () => {
    const { send, verify, lastCode, wrongCode, clock } = await setUp();
    await send();
    await refusalOf(verify(wrongCode()));
    await refusalOf(verify(wrongCode()));
    await verify(lastCode());
    await send();
    await refusalOf(verify(wrongCode()));
    await refusalOf(verify(wrongCode()));
    clock.advance(30_000);
    await send();
    expect(await refusalOf(verify(wrongCode()))).toMatchObject({ code: 'otp_locked' });
  });

  it('are forgotten with the code they were for', async () => {
    const { send, verify, lastCode, wrongCode, clock } = await setUp();
    await send();
    await refusalOf(verify(wrongCode()));
    await refusalOf(verify(wrongCode()));
    clock.advance(5 * MINUTE_MS);
    await send();
    await refusalOf(verify(wrongCode()));
    await verify(lastCode());
  });
});

describe('asking for codes', () => {
  it('gives a new one every 30 s at most, also when asked several times at once', async () => {
    const { send, clock, lines } = await setUp();
    expect(await outcomes([1, 2, 3, 4].map(() => send()))).toEqual({ ok: 1, rate_limited: 3 });
    expect(lines).toHaveLength(1);
    clock.advance(29_000);
    expect(await refusalOf(send())).toMatchObject({ code: 'rate_limited', retryAfterSeconds: 1 });
    clock.advance(1000);
    await send();
  });

  it('is capped by number and hour', async () => {
    const { send, clock } = await setUp({ env: { OTP_PHONE_HOURLY_MAX: '3' } });
    clock.advance(HOUR_MS - (clock.now().getTime() % HOUR_MS));
    for (const ip of ['198.51.100.1', '198.51.100.2', '198.51.100.3']) {
      await send({ ip });
      clock.advance(MINUTE_MS);
    }
    const refusal = await refusalOf(send({ ip: '198.51.100.4' }));
    expect(refusal).toMatchObject({ code: 'rate_limited', retryAfterSeconds: 57 * 60 });
    clock.advance(57 * MINUTE_MS);
    await send({ ip: '198.51.100.5' });
  });

  it('is capped by address, and an IPv6 asker is the whole /64', async () => {
    const { otpService, phoneNumber } = await setUp({ env: { OTP_IP_HOURLY_MAX: '2' } });
    const numbers = [1, 2, 3].map((n) => `${phoneNumber.slice(0, -6)}9${n}00${serial % 10}0`);
    const [first = '', second = '', third = ''] = numbers;
    await otpService.send({ phoneNumber: first, ip: '2001:db8:7:7::1' });
    await otpService.send({ phoneNumber: second, ip: '2001:db8:7:7:ffff::2' });
    const refusal = await refusalOf(otpService.send({ phoneNumber: third, ip: '2001:db8:7:7::3' }));
    expect(refusal).toMatchObject({ code: 'rate_limited' });
    await otpService.send({ phoneNumber: third, ip: '2001:db8:7:8::1' });
  });

  it('is capped by country, and a refused asker does not use up the cap of a number', async () => {
    const { otpService } = await setUp({ env: { OTP_PREFIX_HOURLY_MAX: '2', OTP_PHONE_HOURLY_MAX: '1' } });
    await otpService.send({ phoneNumber: '+35840000001', ip: '203.0.113.1' });
    await otpService.send({ phoneNumber: '+35840000002', ip: '203.0.113.2' });
    const third = { phoneNumber: '+35840000003', ip: '203.0.113.3' };
    for (const _ of [1, 2]) {
      expect(await refusalOf(otpService.send(third))).toMatchObject({ code: 'rate_limited' });
    }
    const { otpService: roomier } = await setUp({ env: { OTP_PHONE_HOURLY_MAX: '1' } });
    await roomier.send(third);
  });
});

describe('a message that cannot be sent', () => {
  it('is unavailable, burns neither the window nor the cap, and leaves the code before it good', async () => {
    const twilio = await startFakeTwilio();
    const clockOptions = { env: { OTP_PHONE_HOURLY_MAX: '2' } };
    const { logger } = await buildAuth();
    const sms = createSmsProvider(
      { provider: 'twilio', ...TWILIO_ACCOUNT, from: '+15005550006' },
      { logger, httpClient: twilio.httpClient },
    );
    const { send, verify, clock, phoneNumber } = await setUp({ ...clockOptions, sms });
    for (const _ of [1, 2, 3]) {
      twilio.failNext({ status: 503, code: 20503 });
      expect(await refusalOf(send())).toMatchObject({ code: 'unavailable', retryAfterSeconds: 5 });
    }
    await send();
    const code = twilio.requests.at(-1)?.form.Body?.slice(0, 6) ?? '';
    clock.advance(30_000);
    twilio.failNext({ status: 400, code: 21211 });
    expect(await refusalOf(send())).toMatchObject({
      code: 'validation_failed',
      errors: [{ path: 'phoneNumber' }],
    });
    await verify(code);
    expect(await OtpChallengeModel.countDocuments({ _id: phoneNumber })).toBe(0);
    await twilio.stop();
  });
});
