import type { MailConfig } from '../../config/env-mail';
import type { Logger } from '../../config/logger';
import { unavailable } from '../../errors/app-error';
import { createConsoleMail } from './console.mail';
import type { MailProvider } from './mail.port';
import { createSmtpMail } from './smtp.mail';

/** Nobody sets a mail server up between two tries. */
const RETRY_AFTER_SECONDS = 3600;

/** Makes the configured provider; with `none` every mail is `unavailable`. */
export function createMailProvider(config: MailConfig, { logger }: { logger: Logger }): MailProvider {
  switch (config.provider) {
    case 'console':
      return createConsoleMail({ logger });
    case 'smtp':
      return createSmtpMail(config);
    case 'none':
      return {
        async send() {
          throw unavailable('This server is not set up to send mail', RETRY_AFTER_SECONDS);
        },
      };
  }
}
