import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ToolError } from '../run-tool';

/** What the files of a backup look like; raised when an older Parley could not read them. */
export const BACKUP_FORMAT = 1;

export interface CollectionEntry {
  name: string;
  documents: number;
  /** Of the documents as they are in the database, before compression. */
  bytes: number;
  /** Of the same bytes, in the order of `_id`. */
  sha256: string;
}

export interface MediaEntry {
  key: string;
  size: number;
  sha256: string;
}

export interface Manifest {
  format: number;
  parley: string;
  takenAt: string;
  dbName: string;
  mediaProvider: string;
  collections: CollectionEntry[];
  media: MediaEntry[];
  /** Files that the database named and that were removed before they could be copied. */
  gone: string[];
}

const MANIFEST = 'manifest.json';

/** The file of a collection in a backup: its documents as BSON, one after the other, compressed. */
export function collectionFile(folder: string, name: string): string {
  return path.join(folder, 'database', `${encodeURIComponent(name)}.bson.gz`);
}

/** The file of an upload in a backup; the layout of the disk store's own folder. */
export function mediaFile(folder: string, key: string): string {
  return path.join(folder, key.slice(0, 2), key);
}

export async function writeManifest(folder: string, manifest: Manifest): Promise<void> {
  await writeFile(path.join(folder, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`);
}

/** @throws ToolError when the folder holds no finished backup that this version can read. */
export async function readManifest(folder: string): Promise<Manifest> {
  let text: string;
  try {
    text = await readFile(path.join(folder, MANIFEST), 'utf8');
  } catch {
    throw new ToolError(`${folder} holds no backup: there is no ${MANIFEST} in it`);
  }
  const manifest = parse(text);
  if (manifest === undefined) throw new ToolError(`${path.join(folder, MANIFEST)} is damaged`);
  if (manifest.format !== BACKUP_FORMAT) {
    throw new ToolError(
      `This backup was made by Parley ${manifest.parley}, whose format this version does not read`,
    );
  }
  return manifest;
}

function parse(text: string): Manifest | undefined {
  try {
    const value = JSON.parse(text) as Partial<Manifest>;
    return Array.isArray(value.collections) && Array.isArray(value.media) ? (value as Manifest) : undefined;
  } catch {
    return undefined;
  }
}
