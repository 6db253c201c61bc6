import type { Actor } from './actor';

declare global {
  namespace Express {
    interface Request {
      /** Set by `request-context`; also the `X-Request-Id` of the answer. */
      requestId: string;
      /** Set by `authenticate`. */
      actor?: Actor;
    }
  }
}
