import { isPlain } from './plain-name';

const MAX_LENGTH = 255;

/** A file's name as its uploader calls it, as far as it is only a name: no folders, one line, at most 255 characters. */
export function uploadName(given: string): string {
  const name = (given.split(/[/\\]/).at(-1) ?? '').replace(/\p{Surrogate}/gu, '\ufffd').trim();
  if (name === '.' || name === '..' || !isPlain(name)) return 'file';
  return name.slice(-MAX_LENGTH) || 'file';
}
