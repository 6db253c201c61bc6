import type { Logger } from '../../config/logger';
import { maskEmail } from '../../config/redact';
import type { MailProvider } from './mail.port';

/** Writes mail to the log, for machines without a mail server: whoever reads the log reads everybody's mail. */
export function createConsoleMail({ logger }: { logger: Logger }): MailProvider {
  return {
    async send({ to, subject, text }) {
      logger.info(`mail for ${maskEmail(to)}: ${subject} | ${text.replace(/\s+/g, ' ')}`);
    },
  };
}
