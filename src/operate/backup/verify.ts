import path from 'node:path';
import { ToolError } from '../run-tool';
import { hashFile } from './copy-file';
import { countFile } from './documents';
import { collectionFile, type Manifest, mediaFile } from './manifest';
import { startProgress } from './progress';

/** Reads every file of a backup. @throws ToolError that names the first one that is not as it was written. */
export async function verifyBackup(folder: string, { collections, media }: Manifest): Promise<void> {
  const progress = startProgress('checking', collections.length + media.length, 'files');
  for (const { name, documents, bytes, sha256 } of collections) {
    const file = collectionFile(folder, name);
    const found = await countFile(file).catch((error: Error) => fail(file, error.message));
    if (found.sha256 !== sha256 || found.documents !== documents || found.bytes !== bytes) fail(file);
    progress.add(1);
  }
  for (const { key, size, sha256 } of media) {
    const file = mediaFile(path.join(folder, 'media'), key);
    const found = await hashFile(file);
    if (found?.sha256 !== sha256 || found.size !== size) fail(file, found ? undefined : 'it is not there');
    progress.add(1);
  }
  progress.done();
}

function fail(file: string, why = 'its content is not what was written'): never {
  throw new ToolError(`The backup is damaged at ${file}: ${why}`);
}
