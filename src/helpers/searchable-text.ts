import type { Content } from '../types/content';
import { fold } from './grams';

/** Beyond a few pieces the database only compares more; the texts themselves are compared anyway. */
const MAX_QUERY_BUCKETS = 6;

/** What of a message can be found: its text, caption or name; nothing in a tombstone, a system message or a marker. */
export function searchableText(content: Content | null | undefined): string {
  if (!content || content.type === 'system') return '';
  if (content.type === 'text') return content.text;
  if (content.type === 'location') return content.name ?? '';
  return [content.caption, content.name].filter(Boolean).join('\n');
}

/** The words of a query, folded; a message matches when its folded text contains every one of them. */
export function wordsOfQuery(query: string): string[] {
  return fold(query)
    .split(' ')
    .filter((word) => word !== '');
}

/** True when all the words, folded before, are somewhere in the text. */
export function matchesWords(text: string, words: readonly string[]): boolean {
  const folded = fold(text);
  return words.every((word) => folded.includes(word));
}

/** The pieces of a text as numbers of 16 bits; different pieces may share one. */
export function gramBuckets(text: string): number[] {
  const buckets = new Set<number>();
  for (const word of wordsOfQuery(text)) for (const piece of piecesOf(word)) buckets.add(bucketOf(piece));
  return [...buckets];
}

/** Some of the numbers that every text with all words of the query has; none when the words are too short to tell. */
export function queryBuckets(query: string): number[] {
  const buckets = gramBuckets(query);
  const step = Math.max(1, buckets.length / MAX_QUERY_BUCKETS);
  return buckets.filter((_, i) => Math.floor(i / step) !== Math.floor((i - 1) / step));
}

/**
 * Three letters tell words of an alphabet apart, two would be in almost every text; in Chinese, Japanese and Korean one
 * character or two say as much. A piece of a word is a piece of every word that contains it.
 */
function piecesOf(word: string): string[] {
  const characters = Array.from(word);
  return characters.flatMap((character, i) => {
    const two = character + (characters[i + 1] ?? '');
    if (isIdeograph(character)) return [character, two];
    const third = characters[i + 2];
    return third === undefined ? [] : [two + third];
  });
}

/** From the CJK radicals on; other scripts above them (emoji among them) are as well served by short pieces. */
function isIdeograph(character: string): boolean {
  return (character.codePointAt(0) ?? 0) >= 0x2e80;
}

/** FNV-1a, folded to 16 bits. */
function bucketOf(gram: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < gram.length; i += 1) hash = Math.imul(hash ^ gram.charCodeAt(i), 0x01000193);
  return ((hash >>> 16) ^ hash) & 0xffff;
}
