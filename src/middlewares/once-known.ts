import type { RequestHandler } from 'express';

/**
 * Holds answers back until what was changed for them is known to be changed, on every node: who is told that something is done never reads
 * what was before. `settled` is undefined when there is nothing to wait for.
 */
export function answerOnceKnown(settled: () => Promise<void> | undefined): RequestHandler {
  return (_req, res, next) => {
    const send = res.json.bind(res);
    res.json = (body: unknown) => {
      const pending = settled();
      if (pending === undefined) return send(body);
      pending.then(() => send(body)).catch(next);
      return res;
    };
    next();
  };
}
