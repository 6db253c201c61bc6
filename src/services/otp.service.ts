import { randomInt } from 'node:crypto';
import bcrypt from 'bcrypt';
import type { Config } from '../config/env';
import { AppError } from '../errors/app-error';
import { toAppError } from '../errors/to-app-error';
import { callingPrefix } from '../helpers/phone';
import type { OtpChallengeRecord } from '../models/otp-challenge.model';
import type { SmsProvider } from '../providers/sms/sms.port';
import type { Clock } from '../types/clock';
import { createOtpCaps } from './otp-caps.service';
import {
  claimChallenge,
  consumeChallenge,
  countAttempt,
  findChallenge,
  isLocked,
  OTP_RESEND_MS,
  OTP_TTL_MS,
  unclaimChallenge,
  uncountAttempt,
} from './otp-challenge.service';
import type { RateCountService } from './rate-count.service';

/**
 * The hash only keeps a glance at the database from being a sign-in. A million codes are searched in no time at any cost
 * a sign-in could bear, while the code lives five minutes; so the cost that spares our CPU (about 15 ms) is right.
 */
const BCRYPT_COST = 8;

/** The answer to asking for a code, the same for known and unknown numbers; times in seconds. */
export interface OtpSent {
  sent: true;
  channel: 'sms';
  expiresIn: number;
  resendAfter: number;
}

export interface OtpService {
  /**
   * Sends a new code to a number (E.164).
   * @throws otp_locked, rate_limited, validation_failed for a number that takes no messages, unavailable.
   */
  send(request: { phoneNumber: string; ip: string }): Promise<OtpSent>;
  /** Returns when the code is right, once. @throws otp_invalid, otp_locked, unavailable. */
  verify(request: { phoneNumber: string; code: string }): Promise<void>;
}

export interface OtpDependencies {
  sms: SmsProvider;
  rateCounts: RateCountService;
  clock: Clock;
  otp: Config['otp'];
}

/** One-time codes (contract section 3): made, limited, checked and spent here; what is stored is in `otp-challenge`. */
export function createOtpService({ sms, rateCounts, clock, otp }: OtpDependencies): OtpService {
  const caps = createOtpCaps({ rateCounts, otp });
  const lockMs = otp.lockMinutes * 60_000;

  async function deliver(phoneNumber: string, code: string): Promise<void> {
    if (sms.kind === 'code') await sms.sendCode(phoneNumber, code);
    else await sms.startVerification(phoneNumber);
  }

  async function matches(challenge: OtpChallengeRecord, code: string): Promise<boolean> {
    if (sms.kind === 'verification') return sms.checkVerification(challenge._id, code);
    return challenge.codeHash !== null && (await bcrypt.compare(code, challenge.codeHash));
  }

  return {
    async send({ phoneNumber, ip }) {
      assertMaySend(await findChallenge(phoneNumber), clock.now());
      const uses = await caps.take({ phoneNumber, ip, prefix: callingPrefix(phoneNumber) });
      const code = otp.fixedCode ?? randomCode();
      const now = clock.now();
      const codeHash = sms.kind === 'code' ? await bcrypt.hash(code, BCRYPT_COST) : null;
      const before = await claimChallenge(phoneNumber, codeHash, now);
      if (before === 'refused') {
        await uses.giveBack();
        throw refusedSend(await findChallenge(phoneNumber), now);
      }
      try {
        await deliver(phoneNumber, code);
      } catch (error) {
        await unclaimChallenge(phoneNumber, now, before);
        await uses.giveBack();
        throw toSmsError(error);
      }
      return { sent: true, channel: 'sms', expiresIn: OTP_TTL_MS / 1000, resendAfter: OTP_RESEND_MS / 1000 };
    },

    async verify({ phoneNumber, code }) {
      const now = clock.now();
      const challenge = await countAttempt(phoneNumber, now, lockMs);
      if (!challenge) throw refusedVerify(await findChallenge(phoneNumber), now);
      const isRight = await matches(challenge, code).catch(async (error: unknown) => {
        await uncountAttempt(challenge);
        throw toSmsError(error);
      });
      if (isRight && (await consumeChallenge(challenge))) return;
      throw refusedVerify(challenge, now);
    },
  };
}

function randomCode(): string {
  return randomInt(1_000_000).toString().padStart(6, '0');
}

function assertMaySend(challenge: OtpChallengeRecord | null, now: Date): void {
  const isTooEarly = challenge !== null && challenge.sentAt.getTime() > now.getTime() - OTP_RESEND_MS;
  if (isLocked(challenge, now) || isTooEarly) throw refusedSend(challenge, now);
}

function refusedSend(challenge: OtpChallengeRecord | null, now: Date): AppError {
  if (isLocked(challenge, now)) return locked(challenge, now);
  const nextMs = (challenge?.sentAt ?? now).getTime() + OTP_RESEND_MS;
  return new AppError('rate_limited', 'A code was sent a moment ago', {
    retryAfterSeconds: secondsUntil(nextMs, now),
  });
}

function refusedVerify(challenge: OtpChallengeRecord | null, now: Date): AppError {
  if (isLocked(challenge, now)) return locked(challenge, now);
  return new AppError('otp_invalid', 'The code is wrong or has expired');
}

function locked(challenge: OtpChallengeRecord | null, now: Date): AppError {
  return new AppError('otp_locked', 'Too many wrong codes; wait before you try again', {
    retryAfterSeconds: secondsUntil(Number(challenge?.lockedUntil), now),
  });
}

function secondsUntil(timeMs: number, now: Date): number {
  return Math.max(1, Math.ceil((timeMs - now.getTime()) / 1000));
}

/** A provider's failure is no fault of ours to hide as `internal`: the caller may try again. */
function toSmsError(error: unknown): AppError {
  const appError = toAppError(error);
  if (appError.code !== 'internal') return appError;
  return new AppError('unavailable', 'Text messages cannot be sent right now', {
    retryAfterSeconds: 5,
    cause: error,
  });
}
