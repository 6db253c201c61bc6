import type { Actor } from './actor';
import type { Upload } from './upload';

declare global {
  namespace Express {
    interface Request {
      /** Set by `request-context`; also the `X-Request-Id` of the answer. */
      requestId: string;
      /** Set by `authenticate`. */
      actor?: Actor;
      /** Set by `upload`: the file that came with the request. */
      upload?: Upload;
    }
  }
}
