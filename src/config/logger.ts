import { createLogger as createWinston, format, type Logger, transports } from 'winston';
import { redact } from './redact';

export type { Logger } from 'winston';

/** A logger that writes JSON in production and readable lines elsewhere, and never a secret or a whole phone number. */
export function createLogger(options: { level: string; isProduction: boolean }): Logger {
  const line = format.printf(({ level, message, timestamp, ...rest }) => {
    const extra = Object.keys(rest).length > 0 ? ` ${JSON.stringify(rest)}` : '';
    return `${timestamp} ${level} ${message}${extra}`;
  });
  return createWinston({
    level: options.level === 'silent' ? 'error' : options.level,
    silent: options.level === 'silent',
    format: format.combine(
      format.timestamp(),
      format((info) => redact(info) as typeof info)(),
      options.isProduction ? format.json() : line,
    ),
    transports: [new transports.Console()],
  });
}
