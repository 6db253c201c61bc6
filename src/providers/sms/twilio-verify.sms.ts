import type { VerificationSmsProvider } from './sms.port';
import { fromTwilio, lazyTwilio, type TwilioAccount, twilioCode } from './twilio-client';

/** Answered when no verification is pending: it expired, was approved before, or never was. */
const NO_SUCH_VERIFICATION = 20404;

/** Lets Twilio Verify make, send and check the codes, which needs no registered sender (lessons.md, OTP). */
export function createTwilioVerifySms(
  account: TwilioAccount & { serviceSid: string },
): VerificationSmsProvider {
  const twilio = lazyTwilio(account);
  const service = async () => (await twilio()).verify.v2.services(account.serviceSid);
  return {
    kind: 'verification',
    async startVerification(phoneNumber) {
      try {
        await (await service()).verifications.create({ to: phoneNumber, channel: 'sms' });
      } catch (error) {
        throw fromTwilio(error);
      }
    },
    async checkVerification(phoneNumber, code) {
      try {
        const check = await (await service()).verificationChecks.create({ to: phoneNumber, code });
        return check.status === 'approved';
      } catch (error) {
        if (twilioCode(error) === NO_SUCH_VERIFICATION) return false;
        throw fromTwilio(error);
      }
    },
  };
}
