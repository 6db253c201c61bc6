import {
  gramBuckets,
  matchesWords,
  queryBuckets,
  searchableText,
  wordsOfQuery,
} from '../../src/helpers/searchable-text';

const ALPHABET = [...'abcÀéß İıſ  .*$[]()日本語中文京한국어กำหนดشا👍🏽e\u0301\u3000Ａﬁ'];

/** Always the same texts, so that a failure can be looked at again. */
function pseudoRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

function randomText(random: () => number, length: number): string {
  return Array.from({ length }, () => ALPHABET[Math.floor(random() * ALPHABET.length)]).join('');
}

describe('the pieces of texts and queries', () => {
  it('never rule out a text that holds all words of the query', () => {
    const random = pseudoRandom(7);
    let matches = 0;
    for (let i = 0; i < 20_000; i += 1) {
      const text = randomText(random, 12);
      const words = wordsOfQuery(randomText(random, 1 + Math.floor(random() * 4)));
      const query = words.join(' ');
      if (words.length === 0 || !matchesWords(text, words)) continue;
      matches += 1;
      const buckets = new Set(gramBuckets(text));
      const missing = queryBuckets(query).filter((bucket) => !buckets.has(bucket));
      expect({ text, query, missing }).toEqual({ text, query, missing: [] });
    }
    expect(matches).toBeGreaterThan(1000);
  });

  it('are a few for a query of any length, and none for one or two letters of an alphabet', () => {
    for (const query of [
      'abc def',
      'x'.repeat(100),
      'the quick brown fox jumps over the lazy dog',
      '京',
      '한국',
    ]) {
      expect(queryBuckets(query).length).toBeGreaterThan(0);
      expect(queryBuckets(query).length).toBeLessThanOrEqual(6);
    }
    expect(queryBuckets('ab c')).toEqual([]);
    expect(queryBuckets('  ')).toEqual([]);
  });
});

describe('what of a message can be found', () => {
  it('is its text, caption, file name or the name of the place', () => {
    const url = 'https://files.example.org/1';
    expect(searchableText({ type: 'text', text: 'hi' })).toBe('hi');
    expect(searchableText({ type: 'video', url, caption: 'cat', name: 'cat.mp4' })).toBe('cat\ncat.mp4');
    expect(searchableText({ type: 'audio', url })).toBe('');
    expect(searchableText({ type: 'location', latitude: 0, longitude: 0, name: 'Null Island' })).toBe(
      'Null Island',
    );
    expect(searchableText({ type: 'system', event: 'group_updated', name: 'Crew' })).toBe('');
    expect(searchableText(null)).toBe('');
  });
});
