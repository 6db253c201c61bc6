import { fold, gramsOf, gramsOfQuery } from '../../src/helpers/grams';

describe('fold', () => {
  it.each([
    ['case', 'ALICE', 'alice'],
    ['Latin accents', 'Zoë Müller', 'zoe muller'],
    ['composed and decomposed accents alike', 'e\u0301', 'e'],
    ['full width letters', 'Ｔｏｋｙｏ', 'tokyo'],
    ['half width katakana', 'ｶﾞｲﾄﾞ', 'ガイド'],
    ['ligatures', 'ﬁne', 'fine'],
    ['Cyrillic', 'МОСКВА', 'москва'],
    ['Turkish capital i', 'İzmir', 'izmir'],
    ['white space', '  a \t\n b　c ', 'a b c'],
  ])('evens out %s', (_what, text, folded) => {
    expect(fold(text)).toBe(folded);
  });

  it('keeps marks that make another letter, such as the Japanese voicing mark and Hindi vowels', () => {
    expect(fold('が')).not.toBe(fold('か'));
    expect(fold('कि')).not.toBe(fold('क'));
  });

  it('changes nothing the second time', () => {
    for (const text of ['Ångström ﬀ Ⅷ', '한국어', 'ｶﾞ', 'ẞ']) expect(fold(fold(text))).toBe(fold(text));
  });
});

describe('gramsOf', () => {
  it('gives every piece of one and two characters once, within words', () => {
    expect(gramsOf('ab ba').sort()).toEqual(['a', 'ab', 'b', 'ba']);
  });

  it('counts characters, not code units', () => {
    expect(gramsOf('𠮷野')).toEqual(['𠮷', '𠮷野', '野']);
  });
});

describe('gramsOfQuery', () => {
  it('asks for pieces of two, and of one only where a word has no more', () => {
    expect(gramsOfQuery('Bob x')).toEqual(['bo', 'ob', 'x']);
    expect(gramsOfQuery('王')).toEqual(['王']);
  });

  it('is empty when there is nothing to search for', () => {
    expect(gramsOfQuery('  ')).toEqual([]);
  });

  it.each([
    ['山田太郎', '田太'],
    ['Jean-Luc Picard', 'luc pic'],
    ['Ｍüller', 'MULL'],
    ['a.*b', '.*'],
  ])('asks only for pieces that a text holding the query has: %s, %s', (text, query) => {
    const grams = new Set(gramsOf(text));
    expect(fold(text)).toContain(fold(query));
    expect(gramsOfQuery(query).every((gram) => grams.has(gram))).toBe(true);
  });
});
