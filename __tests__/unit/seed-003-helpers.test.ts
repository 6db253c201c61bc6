import { asyncatch } from '../../src/helpers/asyncatch';
import { saveDoc } from '../../src/helpers/save-doc';

describe('asyncatch (seed 003)', () => {
  it('gives the result of a promise, and no error', async () => {
    expect(await asyncatch(Promise.resolve(5))).toEqual([5, null]);
    expect(await asyncatch(Promise.resolve(undefined))).toEqual([undefined, null]);
  });

  it('gives what a promise was rejected with, and no result', async () => {
    const failure = new Error('no');
    expect(await asyncatch(Promise.reject(failure))).toEqual([null, failure]);
  });

  it('does not take a rejection without a reason for success', async () => {
    const [result, error] = await asyncatch(Promise.reject(null));
    expect(result).toBeNull();
    expect(error).toBeInstanceOf(Error);
  });
});

describe('saveDoc (seed 003)', () => {
  it('gives the document that was saved', async () => {
    const doc = { name: 'x', save: () => Promise.resolve(doc) };
    const [saved, error] = await saveDoc(doc);
    expect(saved).toBe(doc);
    expect(error).toBeNull();
  });

  it('gives the error of one that could not be saved', async () => {
    const failure = new Error('E11000');
    const doc = { save: () => Promise.reject(failure) };
    expect(await saveDoc(doc)).toEqual([null, failure]);
  });
});
