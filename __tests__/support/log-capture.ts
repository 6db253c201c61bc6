import { Writable } from 'node:stream';
import { transports } from 'winston';
import { createLogger, type Logger } from '../../src/config/logger';

/** The product's own logger with its lines kept instead of printed. */
export function captureLog(options: { isProduction: boolean; level?: string }): {
  logger: Logger;
  lines: string[];
} {
  const lines: string[] = [];
  const stream = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk).trimEnd());
      done();
    },
  });
  const logger = createLogger({ level: options.level ?? 'debug', isProduction: options.isProduction });
  logger.clear().add(new transports.Stream({ stream }));
  return { logger, lines };
}
