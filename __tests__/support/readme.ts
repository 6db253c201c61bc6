import { readFileSync } from 'node:fs';
import path from 'node:path';

/** A fenced block of README.md, in the order of the page. */
export interface Block {
  language: string;
  text: string;
}

const README = path.join(__dirname, '../../README.md');

/** The whole page. */
export function readReadme(): string {
  return readFileSync(README, 'utf8');
}

export function readmeBlocks(): Block[] {
  return [...readReadme().matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, language = '', text = '']) => ({
    language,
    text,
  }));
}

/** What the README writes for a value that is different every time; as a key it stands for the fields left out. */
const ANYTHING = '…';

/** Turns what the README shows into what Jest compares with: `…` is any value, an object with it may have more fields. */
export function asExpectation(shown: unknown): unknown {
  if (shown === ANYTHING) return expect.anything();
  if (Array.isArray(shown)) return shown.map(asExpectation);
  if (typeof shown !== 'object' || shown === null) return shown;
  const entries = Object.entries(shown).filter(([key]) => key !== ANYTHING);
  const fields = Object.fromEntries(entries.map(([key, value]) => [key, asExpectation(value)]));
  return ANYTHING in shown ? expect.objectContaining(fields) : fields;
}
