import { createLogger as createWinston, format, type Logger, transports } from 'winston';
import { redact } from './redact';

export type { Logger } from 'winston';

/** What could make one line look like two, or move a terminal's cursor. */
const CONTROL = /\p{Cc}/gu;

/** A logger that writes JSON in production and readable lines elsewhere, and never a secret or a whole phone number. */
export function createLogger(options: { level: string; isProduction: boolean }): Logger {
  const line = format.printf(({ level, message, timestamp, ...rest }) => {
    const extra = Object.keys(rest).length > 0 ? ` ${JSON.stringify(rest)}` : '';
    return `${timestamp} ${level} ${String(message).replace(CONTROL, escapeControl)}${extra}`;
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

function escapeControl(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
