import type { RequestClient, Twilio } from 'twilio';
import { AppError, invalidField, unavailable } from '../../errors/app-error';

export interface TwilioAccount {
  accountSid: string;
  authToken: string;
  /** How requests leave; the SDK's own client unless given. */
  httpClient?: RequestClient;
}

/** A user waits for the answer, so a silent Twilio is given up long before the SDK's 30 s. */
const TIMEOUT_MS = 10_000;

/** Twilio's ways to say that this number gets no SMS: invalid, unreachable, no mobile, opted out, landline. */
const BAD_NUMBER_CODES = new Set([21211, 21214, 21217, 21265, 21610, 21614, 60200, 60205]);
const MAX_SENDS_REACHED = 60203;
const MAX_CHECKS_REACHED = 60202;
/** A verification of Twilio ends after ten minutes, and with it what it counted. */
const VERIFICATION_TTL_SECONDS = 600;

/** Gives the SDK's client, made at the first use: loading the SDK takes 0.3 s, which a start need not pay. */
export function lazyTwilio({ accountSid, authToken, httpClient }: TwilioAccount): () => Promise<Twilio> {
  let client: Promise<Twilio> | undefined;
  const load = async (): Promise<Twilio> => {
    const { default: twilio } = await import('twilio');
    return twilio(accountSid, authToken, { timeout: TIMEOUT_MS, ...(httpClient && { httpClient }) });
  };
  return () => {
    client ??= load();
    return client;
  };
}

/** The numeric code of an error of Twilio's API, whatever the SDK wrapped it in. */
export function twilioCode(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const { code } = error as { code?: unknown };
  return typeof code === 'number' ? code : undefined;
}

/** Translates what a call of Twilio threw; all that is not about this number is `unavailable`, with the cause for the log. */
export function fromTwilio(error: unknown): AppError {
  const code = twilioCode(error);
  if (code !== undefined && BAD_NUMBER_CODES.has(code)) {
    return invalidField('phoneNumber', 'cannot receive text messages');
  }
  if (code === MAX_SENDS_REACHED) {
    return new AppError('rate_limited', 'Too many codes were sent to this number', {
      retryAfterSeconds: VERIFICATION_TTL_SECONDS,
    });
  }
  if (code === MAX_CHECKS_REACHED) {
    return new AppError('otp_locked', 'Too many wrong codes', {
      retryAfterSeconds: VERIFICATION_TTL_SECONDS,
    });
  }
  return unavailable('Text messages cannot be sent right now', 5, error);
}
