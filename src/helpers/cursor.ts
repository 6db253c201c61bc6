import { invalidField } from '../errors/app-error';

/** Packs the sort key of a page's last entry into an opaque text. */
export function encodeCursor(parts: ReadonlyArray<string | number>): string {
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

/** Unpacks what `encodeCursor` made. @throws validation_failed for anything else. */
export function decodeCursor(cursor: string, length: number): Array<string | number> {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if (
      Array.isArray(parts) &&
      parts.length === length &&
      parts.every((p) => typeof p === 'string' || typeof p === 'number')
    ) {
      return parts;
    }
  } catch {
    // Falls through: not one of ours.
  }
  throw invalidField('cursor', 'must be a cursor from an earlier answer');
}
