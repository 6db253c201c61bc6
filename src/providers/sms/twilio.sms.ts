import type { CodeSmsProvider } from './sms.port';
import { fromTwilio, lazyTwilio, type TwilioAccount } from './twilio-client';

/** Sends our own codes through Twilio's Messages API; `from` is a number (E.164) or a messaging service (`MG...`). */
export function createTwilioSms(account: TwilioAccount & { from: string }): CodeSmsProvider {
  const twilio = lazyTwilio(account);
  const sender = account.from.startsWith('MG')
    ? { messagingServiceSid: account.from }
    : { from: account.from };
  return {
    kind: 'code',
    async sendCode(phoneNumber, code) {
      const body = `${code} is your sign-in code. It is valid for 5 minutes; tell it to nobody.`;
      try {
        await (await twilio()).messages.create({ to: phoneNumber, body, ...sender });
      } catch (error) {
        throw fromTwilio(error);
      }
    },
  };
}
