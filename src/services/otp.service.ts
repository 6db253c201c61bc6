import { randomInt } from 'node:crypto';
import type { Config } from '../config/env';
import { AppError } from '../errors/app-error';
import { toAppError } from '../errors/to-app-error';
import { hashCode, isCodeOf } from '../helpers/code-hash';
import type { OtpChallengeRecord } from '../models/otp-challenge.model';
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
import type { OtpChannel, OtpChannels } from './otp-channels';
import type { RateCountService } from './rate-count.service';

/** A number (E.164) or an email (as `toEmail` gives it). */
export type OtpAddress = { phoneNumber: string } | { email: string };

/** The answer to asking for a code, the same for known and unknown addresses; times in seconds. */
export interface OtpSent {
  sent: true;
  channel: OtpChannel['name'];
  expiresIn: number;
  resendAfter: number;
}

export interface OtpService {
  /**
   * Sends a new code to an address.
   * @throws otp_locked, rate_limited, validation_failed for an address that takes no messages, unavailable.
   */
  send(request: OtpAddress & { ip: string }): Promise<OtpSent>;
  /** Returns when the code is right, once. @throws otp_invalid, otp_locked, unavailable. */
  verify(request: OtpAddress & { code: string }): Promise<void>;
}

export interface OtpDependencies {
  channels: OtpChannels;
  rateCounts: RateCountService;
  clock: Clock;
  otp: Config['otp'];
  /** 32 bytes, the same on every node. */
  secret: Buffer;
}

/** One-time codes (contract section 3): made, limited, checked and spent here; what is stored is in `otp-challenge`. */
export function createOtpService({ channels, rateCounts, clock, otp, secret }: OtpDependencies): OtpService {
  const caps = createOtpCaps({ rateCounts, otp });
  const lockMs = otp.lockMinutes * 60_000;

  async function matches(channel: OtpChannel, challenge: OtpChallengeRecord, code: string): Promise<boolean> {
    if (channel.check) return channel.check(challenge._id, code);
    const { _id, codeHash } = challenge;
    return codeHash !== null && (await isCodeOf(codeHash, secret, _id, code));
  }

  return {
    async send({ ip, ...target }) {
      const { channel, address } = channelOf(channels, target);
      assertMaySend(await findChallenge(address), clock.now());
      const uses = await caps.take({ address, ip, prefix: channel.sharedPart(address) });
      const code = channel.fixedCode() ?? randomCode();
      const now = clock.now();
      const codeHash = channel.check ? null : await hashCode(secret, address, code);
      const before = await claimChallenge(address, codeHash, now);
      if (before === 'refused') {
        await uses.giveBack();
        throw refusedSend(await findChallenge(address), now);
      }
      try {
        await channel.deliver(address, code);
      } catch (error) {
        await unclaimChallenge(address, now, before);
        await uses.giveBack();
        throw toDeliveryError(channel, error);
      }
      return {
        sent: true,
        channel: channel.name,
        expiresIn: OTP_TTL_MS / 1000,
        resendAfter: OTP_RESEND_MS / 1000,
      };
    },

    async verify({ code, ...target }) {
      const { channel, address } = channelOf(channels, target);
      const now = clock.now();
      const challenge = await countAttempt(address, now, lockMs);
      if (!challenge) throw refusedVerify(await findChallenge(address), now);
      const isRight = await matches(channel, challenge, code).catch(async (error: unknown) => {
        await uncountAttempt(challenge);
        throw toDeliveryError(channel, error);
      });
      if (isRight && (await consumeChallenge(challenge))) return;
      throw refusedVerify(challenge, now);
    },
  };
}

function channelOf(
  { sms, email }: OtpChannels,
  target: OtpAddress,
): { channel: OtpChannel; address: string } {
  if ('email' in target) return { channel: email, address: target.email };
  return { channel: sms, address: target.phoneNumber };
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
function toDeliveryError({ failure }: OtpChannel, error: unknown): AppError {
  const appError = toAppError(error);
  if (appError.code !== 'internal') return appError;
  return new AppError('unavailable', failure, { retryAfterSeconds: 5, cause: error });
}
