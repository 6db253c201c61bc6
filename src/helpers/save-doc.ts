import { asyncatch, type Outcome } from './asyncatch';

/** As much of a Mongoose document as there has to be. */
interface Savable {
  save(): PromiseLike<unknown>;
}

/**
 * Saves a Mongoose document without throwing (seed 003): `const [saved, error] = await saveDoc(doc)`. The error is Mongoose's or the
 * driver's own, a refused validation or a duplicate key; nothing was stored then, but for an outage, after which nobody knows.
 */
export async function saveDoc<D extends Savable>(doc: D): Promise<Outcome<D>> {
  const [, error] = await asyncatch(doc.save());
  return error === null ? [doc, null] : [null, error];
}
