import type { ErrorRequestHandler } from 'express';
import type { Logger } from '../config/logger';
import { AppError } from '../errors/app-error';
import { toAppError } from '../errors/to-app-error';
import { toProblem } from '../errors/to-problem';

/** What body-parser and the router throw carries a `type` or a status; these are the caller's faults, not ours. */
function fromHttpLibrary(error: unknown): AppError | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const { type, status } = error as { type?: unknown; status?: unknown };
  if (type === 'entity.too.large') return new AppError('payload_too_large', 'The body is too large');
  if (type === 'entity.parse.failed') return new AppError('validation_failed', 'The body is not valid JSON');
  if (type === 'charset.unsupported' || type === 'encoding.unsupported') {
    return new AppError('unsupported_media_type', 'This charset or encoding is not supported');
  }
  if (typeof status === 'number' && status >= 400 && status < 500) {
    return new AppError('validation_failed', 'The request could not be read');
  }
  return undefined;
}

/**
 * The one place where a REST error gets its shape (contract section 2); what is unknown is logged whole and shown as `internal`. `onDoubt`
 * hears of what failed so that nobody can tell how much of it was done.
 */
export function createErrorHandler(
  logger: Logger,
  onDoubt: () => void = () => undefined,
): ErrorRequestHandler {
  return (error, req, res, next) => {
    if (res.headersSent) {
      next(error);
      return;
    }
    const appError = error instanceof AppError ? error : (fromHttpLibrary(error) ?? toAppError(error));
    if (appError.code === 'internal' || appError.code === 'unavailable') {
      if (req.method !== 'GET') onDoubt();
      // A refusal without a cause was meant. Under overload or without a database there are many, and each has its access line.
      const cause = appError.cause ?? (appError.code === 'internal' ? appError : undefined);
      const level = appError.code === 'internal' ? 'error' : 'warn';
      if (cause !== undefined)
        logger[level](`${req.method} ${req.path} failed`, { requestId: req.requestId, cause });
    }
    const problem = toProblem(appError, req.requestId);
    if (appError.retryAfterSeconds !== undefined)
      res.setHeader('Retry-After', String(appError.retryAfterSeconds));
    res.status(problem.status).type('application/problem+json').send(JSON.stringify(problem));
  };
}
