import { createSmsProvider } from '../../src/providers/sms';
import type { CodeSmsProvider, VerificationSmsProvider } from '../../src/providers/sms/sms.port';
import { buildAuth, keepingLogger, refusalOf } from '../support/auth-harness';
import {
  type FakeTwilio,
  startFakeTwilio,
  TWILIO_ACCOUNT,
  TWILIO_SERVICE_SID,
  VERIFY_CODE,
} from '../support/fake-twilio';
import { useDatabase } from '../support/user-fixtures';

const PHONE = '+919876543210';
const { logger, lines } = keepingLogger();
let twilio: FakeTwilio;

useDatabase('sms');
beforeEach(async () => {
  twilio = await startFakeTwilio();
});
afterEach(() => twilio.stop());

function messages(from = '+15005550006', account = TWILIO_ACCOUNT): CodeSmsProvider {
  const provider = createSmsProvider(
    { provider: 'twilio', ...account, from },
    { logger, httpClient: twilio.httpClient },
  );
  if (provider.kind !== 'code') throw new Error('wrong kind');
  return provider;
}

function verification(): VerificationSmsProvider {
  const provider = createSmsProvider(
    { provider: 'twilio-verify', ...TWILIO_ACCOUNT, serviceSid: TWILIO_SERVICE_SID },
    { logger, httpClient: twilio.httpClient },
  );
  if (provider.kind !== 'verification') throw new Error('wrong kind');
  return provider;
}

describe('console SMS', () => {
  it('logs the code, with the number masked', async () => {
    const provider = createSmsProvider({ provider: 'console' }, { logger });
    if (provider.kind === 'code') await provider.sendCode(PHONE, '654321');
    expect(lines.join('')).toContain('info: code 654321 for +91********10');
    expect(lines.join('')).not.toContain(PHONE);
  });
});

describe('Twilio Messages', () => {
  it('sends our code from our number', async () => {
    await messages().sendCode(PHONE, '135791');
    expect(twilio.requests).toEqual([
      {
        path: `/2010-04-01/Accounts/${TWILIO_ACCOUNT.accountSid}/Messages.json`,
        form: { To: PHONE, From: '+15005550006', Body: expect.stringMatching(/^135791 /) },
      },
    ]);
  });

  it('sends by a messaging service when the sender is one', async () => {
    await messages('MG123').sendCode(PHONE, '135791');
    expect(twilio.requests[0]?.form).toMatchObject({ To: PHONE, MessagingServiceSid: 'MG123' });
  });

  it.each([21211, 21214, 21610, 21614])('blames the number for error %i', async (code) => {
    twilio.failNext({ status: 400, code });
    expect(await refusalOf(messages().sendCode(PHONE, '135791'))).toMatchObject({
      code: 'validation_failed',
      errors: [{ path: 'phoneNumber' }],
    });
  });

  it.each([
    { status: 400, code: 21408 },
    { status: 429, code: 20429 },
    { status: 500 },
    { status: 503, code: 20503 },
  ])('is unavailable after %j, and keeps the cause for the log', async (failure) => {
    twilio.failNext(failure);
    const refusal = await refusalOf(messages().sendCode(PHONE, '135791'));
    expect(refusal).toMatchObject({ code: 'unavailable', retryAfterSeconds: 5 });
    expect(refusal.cause).toBeDefined();
    expect(refusal.message).not.toMatch(/twilio/i);
  });

  it('is unavailable with a wrong account, and when nothing answers', async () => {
    const wrong = { ...TWILIO_ACCOUNT, authToken: 'another' };
    expect(await refusalOf(messages(undefined, wrong).sendCode(PHONE, '1'))).toMatchObject({
      code: 'unavailable',
    });
    const provider = messages();
    await twilio.stop();
    expect(await refusalOf(provider.sendCode(PHONE, '135791'))).toMatchObject({ code: 'unavailable' });
  });
});

describe('Twilio Verify', () => {
  it('signs in with the code that Twilio made', async () => {
    const { otpService } = await buildAuth({ sms: verification() });
    await otpService.send({ phoneNumber: PHONE, ip: '192.0.2.1' });
    expect(twilio.requests[0]).toEqual({
      path: `/v2/Services/${TWILIO_SERVICE_SID}/Verifications`,
      form: { To: PHONE, Channel: 'sms' },
    });
    expect(await refusalOf(otpService.verify({ phoneNumber: PHONE, code: '000000' }))).toMatchObject({
      code: 'otp_invalid',
    });
    await otpService.verify({ phoneNumber: PHONE, code: VERIFY_CODE });
    expect(twilio.requests[2]).toEqual({
      path: `/v2/Services/${TWILIO_SERVICE_SID}/VerificationCheck`,
      form: { To: PHONE, Code: VERIFY_CODE },
    });
    expect(await refusalOf(otpService.verify({ phoneNumber: PHONE, code: VERIFY_CODE }))).toMatchObject({
      code: 'otp_invalid',
    });
    expect(twilio.requests).toHaveLength(3);
  });

  it('finds no code where Twilio knows of none (20404)', async () => {
    expect(await verification().checkVerification('+919876543211', VERIFY_CODE)).toBe(false);
  });

  it('does not count a try that Twilio could not check', async () => {
    const phoneNumber = '+919876543212';
    const { otpService } = await buildAuth({ sms: verification() });
    await otpService.send({ phoneNumber, ip: '192.0.2.2' });
    for (const _ of [1, 2, 3, 4]) {
      twilio.failNext({ status: 503 });
      expect(await refusalOf(otpService.verify({ phoneNumber, code: '000000' }))).toMatchObject({
        code: 'unavailable',
      });
    }
    await otpService.verify({ phoneNumber, code: VERIFY_CODE });
  });

  it.each([
    [{ status: 400, code: 60200 }, 'validation_failed'],
    [{ status: 403, code: 60205 }, 'validation_failed'],
    [{ status: 429, code: 60203 }, 'rate_limited'],
    [{ status: 404, code: 20404 }, 'unavailable'],
  ])('answers %j at the start with %s', async (failure, code) => {
    twilio.failNext(failure);
    expect(await refusalOf(verification().startVerification(PHONE))).toMatchObject({ code });
  });

  it('is locked when Twilio counted too many checks (60202)', async () => {
    twilio.failNext({ status: 429, code: 60202 });
    expect(await refusalOf(verification().checkVerification(PHONE, '000000'))).toMatchObject({
      code: 'otp_locked',
      retryAfterSeconds: 600,
    });
  });
});
