import type { RequestClient } from 'twilio';
import type { SmsConfig } from '../../config/env';
import type { Logger } from '../../config/logger';
import { createConsoleSms } from './console.sms';
import type { SmsProvider } from './sms.port';
import { createTwilioSms } from './twilio.sms';
import { createTwilioVerifySms } from './twilio-verify.sms';

/** Makes the configured provider; `httpClient` replaces the way Twilio's SDK reaches the network. */
export function createSmsProvider(
  config: SmsConfig,
  { logger, httpClient }: { logger: Logger; httpClient?: RequestClient },
): SmsProvider {
  switch (config.provider) {
    case 'console':
      return createConsoleSms({ logger });
    case 'twilio':
      return createTwilioSms({ ...config, httpClient });
    case 'twilio-verify':
      return createTwilioVerifySms({ ...config, httpClient });
  }
}
