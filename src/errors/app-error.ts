import type { ErrorCode } from './error-codes';

/** One fault in what the caller sent: where (a JSON path such as `content.text`) and what is wrong. */
export interface FieldError {
  path: string;
  message: string;
}

export interface AppErrorOptions {
  /** Faults of single fields, for `validation_failed`. */
  errors?: FieldError[];
  /** Whole seconds until trying again makes sense; becomes the `Retry-After` header. */
  retryAfterSeconds?: number;
  cause?: unknown;
}

/** The only error services throw on purpose. `message` is shown to the caller; it names no internals. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly errors: FieldError[] | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(code: ErrorCode, message: string, options: AppErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.errors = options.errors;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

/** A `validation_failed` about one field. */
export function invalidField(path: string, message: string): AppError {
  return new AppError('validation_failed', `${path} ${message}`, { errors: [{ path, message }] });
}

/** A `not_found` that does not tell whether the thing exists for somebody else (contract section 2). */
export function notFound(what: string): AppError {
  return new AppError('not_found', `${what} was not found`);
}

/** A `forbidden`: the caller may see the thing but not do this to it. */
export function forbidden(detail: string): AppError {
  return new AppError('forbidden', detail);
}

/** An `unauthenticated`. */
export function unauthenticated(detail = 'A valid access token is required'): AppError {
  return new AppError('unauthenticated', detail);
}

/** An `unavailable`: nothing was done, the caller may try again after `retryAfterSeconds`. */
export function unavailable(detail: string, retryAfterSeconds = 1, cause?: unknown): AppError {
  return new AppError('unavailable', detail, { retryAfterSeconds, cause });
}
