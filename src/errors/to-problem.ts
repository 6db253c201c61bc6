import type { AppError, FieldError } from './app-error';
import { ERROR_CODES, type ErrorCode } from './error-codes';

/** The body of every REST error: RFC 9457 problem details with `code`, `requestId` and `errors` (contract section 2). */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: ErrorCode;
  requestId: string;
  errors?: FieldError[];
}

/** Presents an error as problem details. */
export function toProblem(error: AppError, requestId: string): Problem {
  const { status, title } = ERROR_CODES[error.code];
  return {
    type: `urn:parley:error:${error.code}`,
    title,
    status,
    detail: error.message,
    code: error.code,
    requestId,
    ...(error.errors && { errors: error.errors }),
  };
}
