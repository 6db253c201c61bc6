import { invalidField } from '../errors/app-error';
import { decodeCursor, encodeCursor } from './cursor';

const OBJECT_ID = /^[0-9a-f]{24}$/;

/** The cursor of a list that is ordered by ids: where its last entry stands. */
export function encodeIdCursor(id: unknown): string {
  return encodeCursor([String(id)]);
}

/** Unpacks what `encodeIdCursor` made. @throws validation_failed for anything else. */
export function decodeIdCursor(cursor: string): string {
  const id = decodeCursor(cursor, 1)[0];
  if (typeof id === 'string' && OBJECT_ID.test(id)) return id;
  throw invalidField('cursor', 'must be a cursor from an earlier answer');
}
