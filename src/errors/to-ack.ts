import type { AppError, FieldError } from './app-error';
import type { ErrorCode } from './error-codes';

/** What a socket event's callback gets when it failed (contract section 4). */
export interface AckError {
  ok: false;
  error: { code: ErrorCode; message: string; errors?: FieldError[]; retryAfter?: number };
}

/** Presents an error as an acknowledgement; `retryAfter` is in seconds. */
export function toAck(error: AppError): AckError {
  return {
    ok: false,
    error: {
      code: error.code,
      message: error.message,
      ...(error.errors && { errors: error.errors }),
      ...(error.retryAfterSeconds !== undefined && { retryAfter: error.retryAfterSeconds }),
    },
  };
}
