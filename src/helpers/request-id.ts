import { randomUUID } from 'node:crypto';

const SANE_ID = /^[\w.:-]{1,128}$/;

/** The caller's own id of a request, if it is a sane one, else a new one (contract section 2). */
export function requestIdFrom(given: string | undefined): string {
  return given !== undefined && SANE_ID.test(given) ? given : randomUUID();
}
