import type { Config } from '../config/env';
import { emailDomain } from '../helpers/email';
import { callingPrefix } from '../helpers/phone';
import type { MailProvider } from '../providers/mail/mail.port';
import type { SmsProvider } from '../providers/sms/sms.port';
import { otpMail } from './otp-mail';

/** A way to an address; everything else about a code is the same for all of them. */
export interface OtpChannel {
  readonly name: 'sms' | 'email';
  /** There when the provider makes and checks the code itself; `deliver` then ignores the one it is given. */
  readonly check?: (address: string, code: string) => Promise<boolean>;
  /** What the caller reads when a provider fails without saying why. */
  readonly failure: string;
  /** The code that every address gets, where one is set. */
  fixedCode(): string | undefined;
  /** What an address has in common with many others, whose codes are capped together. */
  sharedPart(address: string): string;
  deliver(address: string, code: string): Promise<void>;
}

export type OtpChannels = Record<OtpChannel['name'], OtpChannel>;

/** The ways by which codes leave: text messages to numbers, mail to emails. */
export function createOtpChannels({
  sms,
  mail,
  otp,
}: {
  sms: SmsProvider;
  mail: MailProvider;
  otp: Config['otp'];
}): OtpChannels {
  return {
    sms: {
      name: 'sms',
      ...(sms.kind === 'verification' && { check: sms.checkVerification }),
      failure: 'Text messages cannot be sent right now',
      fixedCode: () => otp.fixedCode,
      sharedPart: callingPrefix,
      deliver: (phoneNumber, code) =>
        sms.kind === 'code' ? sms.sendCode(phoneNumber, code) : sms.startVerification(phoneNumber),
    },
    email: {
      name: 'email',
      failure: 'Mail cannot be sent right now',
      fixedCode: () => otp.fixedMailCode,
      sharedPart: (email) => `@${emailDomain(email)}`,
      deliver: (email, code) => mail.send(otpMail(email, code)),
    },
  };
}
