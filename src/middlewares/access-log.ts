import type { RequestHandler } from 'express';
import morgan from 'morgan';
import type { Logger } from '../config/logger';

interface AccessLine {
  [field: string]: string | number | undefined;
}

/** One line per request in the common log's manner, through the logger, which takes out secrets and phone numbers. */
export function accessLog(logger: Logger): RequestHandler {
  return morgan(
    (tokens, req, res) => {
      const line: AccessLine = {
        status: Number(tokens.status?.(req, res) ?? 0),
        ms: Number(tokens['response-time']?.(req, res) ?? 0),
        bytes: Number(tokens.res?.(req, res, 'content-length') ?? 0),
        ip: tokens['remote-addr']?.(req, res),
        requestId: (req as unknown as { requestId?: string }).requestId,
      };
      logger.http(
        `${tokens.method?.(req, res)} ${tokens.url?.(req, res)} HTTP/${tokens['http-version']?.(req, res)}`,
        line,
      );
      return undefined;
    },
    { stream: { write: () => undefined } },
  );
}
