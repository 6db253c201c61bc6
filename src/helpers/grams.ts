/**
 * Search by parts of words without a language: texts are folded and cut into pieces of one and two characters, so that
 * Chinese and Japanese, which have no spaces, are found like anything else. Grams only select candidates; who searches
 * must still compare by `fold(text).includes(fold(query))`.
 */
const LATIN_ACCENTS = /[\u0300-\u036f]/gu;
/** Enough pieces to narrow a search down; more only cost. */
const MAX_QUERY_GRAMS = 24;

/**
 * Makes texts comparable: width and compatibility forms (NFKC), case, accents of Latin, Greek and Cyrillic, runs of
 * white space. Marks of other scripts stay, because there they make other letters.
 */
export function fold(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .normalize('NFD')
    .replace(LATIN_ACCENTS, '')
    .normalize('NFKC')
    .replace(/\s+/gu, ' ')
    .trim();
}

/** The unique pieces of one and two characters of every word of a text, folded. */
export function gramsOf(text: string): string[] {
  const grams = new Set<string>();
  for (const word of wordsOf(text)) {
    for (const [i, character] of word.entries()) {
      grams.add(character);
      const next = word[i + 1];
      if (next !== undefined) grams.add(character + next);
    }
  }
  return [...grams];
}

/** The pieces every text that contains `query` is sure to have; empty when the query holds nothing to search for. */
export function gramsOfQuery(query: string): string[] {
  const grams = new Set<string>();
  for (const word of wordsOf(query)) {
    if (word.length === 1) grams.add(word.join(''));
    for (let i = 0; i + 1 < word.length; i += 1) grams.add(word.slice(i, i + 2).join(''));
  }
  return [...grams].slice(0, MAX_QUERY_GRAMS);
}

function wordsOf(text: string): string[][] {
  return fold(text)
    .split(' ')
    .filter((word) => word !== '')
    .map((word) => Array.from(word));
}
