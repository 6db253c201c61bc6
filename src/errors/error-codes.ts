/**
 * The one table of errors a client can meet (contract section 2): code, HTTP status, title.
 * Swagger and the documentation are held against it by a test in both directions.
 */
export const ERROR_CODES = {
  validation_failed: { status: 400, title: 'The request is not valid' },
  unauthenticated: { status: 401, title: 'Sign in first' },
  otp_invalid: { status: 401, title: 'The code is wrong or has expired' },
  token_reused: { status: 401, title: 'A spent refresh token was used again' },
  forbidden: { status: 403, title: 'You may not do this' },
  not_found: { status: 404, title: 'There is no such thing' },
  conflict: { status: 409, title: 'This contradicts what is already there' },
  payload_too_large: { status: 413, title: 'The payload is too large' },
  unsupported_media_type: { status: 415, title: 'This media type is not supported' },
  otp_locked: { status: 429, title: 'Too many wrong codes' },
  rate_limited: { status: 429, title: 'Too many requests' },
  internal: { status: 500, title: 'Something went wrong on our side' },
  unavailable: { status: 503, title: 'The service cannot do this right now' },
} as const satisfies Record<string, { status: number; title: string }>;

export type ErrorCode = keyof typeof ERROR_CODES;
