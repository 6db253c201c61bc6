import { invalidField } from '../errors/app-error';
import { decodeCursor, encodeCursor } from './cursor';

const OBJECT_ID = /^[0-9a-f]{24}$/;
/** The largest time a Date can hold; no rank of ours is above it. */
const MAX_RANK = 8.64e15;

/** A place in a list that is ordered by a number (a time in ms, a seq), largest first, and by id where that is the same. */
export interface RankPlace {
  rank: number;
  id: string;
}

/** The cursor of such a list: where its last entry stands. */
export function encodeRankCursor({ rank, id }: RankPlace): string {
  return encodeCursor([rank, id]);
}

/** Unpacks what `encodeRankCursor` made. @throws validation_failed for anything else. */
export function decodeRankCursor(cursor: string): RankPlace {
  const [rank, id] = decodeCursor(cursor, 2);
  const isPlace = typeof rank === 'number' && Math.abs(rank) <= MAX_RANK && typeof id === 'string';
  if (isPlace && OBJECT_ID.test(id)) return { rank, id };
  throw invalidField('cursor', 'must be a cursor from an earlier answer');
}
