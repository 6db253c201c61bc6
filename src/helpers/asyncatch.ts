/** What a promise came to: its result, or what it was rejected with. */
export type Outcome<T> = [result: T, error: null] | [result: null, error: unknown];

/**
 * Waits for a promise without throwing (seed 003): `const [result, error] = await asyncatch(promise)`. For the failures that are an
 * answer and not an accident, such as a duplicate key; whoever does not know the error throws it again.
 */
export async function asyncatch<T>(promise: PromiseLike<T>): Promise<Outcome<T>> {
  try {
    return [await promise, null];
  } catch (error) {
    // A rejection without a reason must not look like success.
    return [null, error ?? new Error('Rejected without a reason')];
  }
}
