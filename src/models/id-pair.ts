import { type ObjectId, toObjectId } from './object-id';

/** A key for two ids in this order, by which what concerns both is read with that of others. */
export function pairOf(first: unknown, second: unknown): string {
  return `${first}:${second}`.toLowerCase();
}

/** The first ids of these pairs, and their second ones. */
export function idsOfPairs(pairs: readonly string[]): { firsts: ObjectId[]; seconds: ObjectId[] } {
  const all = pairs.map((pair) => pair.split(':'));
  const unique = (at: 0 | 1) => [...new Set(all.map((ids) => ids[at] ?? ''))].map(toObjectId);
  return { firsts: unique(0), seconds: unique(1) };
}
