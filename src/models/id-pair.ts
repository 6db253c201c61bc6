import { type ObjectId, toObjectId } from './object-id';

/** A key for two ids in this order, by which what concerns both is read with that of others. */
export function pairOf(first: unknown, second: unknown): string {
  return `${first}:${second}`.toLowerCase();
}

/** The second ids of these pairs by the first ones: a branch of a query each, so that it finds these pairs and no other ones of the ids. */
export function groupPairs(pairs: readonly string[]): Array<{ first: ObjectId; seconds: ObjectId[] }> {
  const secondsOf = new Map<string, ObjectId[]>();
  for (const pair of pairs) {
    const [first = '', second = ''] = pair.split(':');
    const seconds = secondsOf.get(first);
    if (seconds) seconds.push(toObjectId(second));
    else secondsOf.set(first, [toObjectId(second)]);
  }
  return [...secondsOf].map(([first, seconds]) => ({ first: toObjectId(first), seconds }));
}
