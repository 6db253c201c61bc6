import { rename, stat } from 'node:fs/promises';

/** The size of a file in bytes. */
export async function sizeOf(file: string): Promise<number> {
  return (await stat(file)).size;
}

/** Puts one file in the place of another. */
export function replaceFile(from: string, to: string): Promise<void> {
  return rename(from, to);
}
