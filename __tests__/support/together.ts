import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { emptyReturned } from './mongo';

/**
 * Registers the test files of a folder, each in a `describe` of its own, so that they share one module registry: Jest loads
 * and warms all modules again for every file it runs, which is half of the time such a file takes. With `part` of `of`, only
 * that part of them; the parts are about as large as each other, and each file is in one.
 */
export function together(folder: string, part = 1, of = 1): void {
  const dir = path.join(__dirname, '..', folder);
  const files = readdirSync(dir)
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => ({ name, bytes: statSync(path.join(dir, name)).size }))
    .sort((a, b) => b.bytes - a.bytes);
  for (const [index, { name }] of files.entries()) {
    if (partOf(index, of) !== part) continue;
    describe(`${folder}/${name}`, () => {
      require(path.join(dir, name));
      // Hooks run in the order they stand: the file's own come first.
      afterAll(emptyReturned);
    });
  }
}

/** Dealt there and back again: 1, 2, 3, 3, 2, 1, 1 and so on. */
function partOf(index: number, of: number): number {
  const at = index % (2 * of);
  return at < of ? at + 1 : 2 * of - at;
}
