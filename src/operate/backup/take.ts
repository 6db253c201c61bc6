import { mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import mongoose, { mongo } from 'mongoose';
import type { Config } from '../../config/env';
import { ToolError } from '../run-tool';
import { copyFile } from './copy-file';
import { dumpDocuments } from './documents';
import {
  BACKUP_FORMAT,
  type CollectionEntry,
  collectionFile,
  type MediaEntry,
  mediaFile,
  writeManifest,
} from './manifest';
import { startProgress } from './progress';

const SNAPSHOT_TOO_OLD = 239;

interface Taken {
  documents: number;
  files: number;
  gone: number;
}

/**
 * Writes a backup of the connected database, and of the files of the disk store, into the new folder `folder`. The database is read as
 * it was at one moment while the server goes on; then the files that it names are copied. A folder without `manifest.json`
 * is no backup: it appears under its name only when it is whole.
 * @throws ToolError when the folder exists, or the database forgets that moment before all is read.
 */
export async function takeBackup(config: Config, folder: string, version: string): Promise<Taken> {
  const partial = `${folder}.partial`;
  await rm(partial, { recursive: true, force: true });
  await mkdir(path.join(partial, 'database'), { recursive: true, mode: 0o700 });
  const takenAt = new Date().toISOString();
  const keys = new Set<string>();
  const collections = await dumpDatabase(partial, keys);
  const onDisk = config.media.store.provider === 'disk';
  const { media, gone } = await copyMedia(config, partial, onDisk ? [...keys].sort() : []);
  await writeManifest(partial, {
    format: BACKUP_FORMAT,
    parley: version,
    takenAt,
    dbName: config.mongo.dbName,
    mediaProvider: config.media.store.provider,
    collections,
    media,
    gone,
  });
  await rename(partial, folder);
  const documents = collections.reduce((sum, entry) => sum + entry.documents, 0);
  return { documents, files: media.length, gone: gone.length };
}

async function dumpDatabase(folder: string, keys: Set<string>): Promise<CollectionEntry[]> {
  const db = mongoose.connection.db as mongo.Db;
  const found = await db.listCollections({ type: 'collection' }, { nameOnly: true }).toArray();
  const names = found.map(({ name }) => name).filter((name) => !name.startsWith('system.'));
  const session = mongoose.connection.getClient().startSession({ snapshot: true });
  const entries: CollectionEntry[] = [];
  try {
    for (const name of names.sort()) {
      const collection = db.collection(name);
      const progress = startProgress(name, await collection.estimatedDocumentCount(), 'documents');
      const isMedia = name === mongoose.models.Media?.collection.name;
      const onDocument = (bson: Buffer) => {
        progress.add(1);
        if (isMedia) for (const key of storageKeys(bson)) keys.add(key);
      };
      const count = await dumpDocuments({ collection, session, onDocument }, collectionFile(folder, name));
      progress.done();
      entries.push({ name, ...count });
    }
    return entries;
  } catch (error) {
    if ((error as { code?: unknown }).code !== SNAPSHOT_TOO_OLD) throw error;
    throw new ToolError(
      'The database forgot the moment of the backup before all was read. Let it remember longer (minSnapshotHistoryWindowInSeconds of mongod, 300 by default) or back up at a quieter hour.',
    );
  } finally {
    await session.endSession();
  }
}

/** Uploads that never finished have no file. */
function storageKeys(bson: Buffer): string[] {
  const { state, storageKey, thumbnailKey } = mongo.BSON.deserialize(bson);
  return state === 'ready' ? [storageKey, thumbnailKey].filter((key) => typeof key === 'string') : [];
}

async function copyMedia(
  config: Config,
  folder: string,
  keys: string[],
): Promise<{ media: MediaEntry[]; gone: string[] }> {
  const media: MediaEntry[] = [];
  const gone: string[] = [];
  if (keys.length === 0) return { media, gone };
  const progress = startProgress('files', keys.length, 'files');
  for (const key of keys) {
    const from = mediaFile(path.join(config.media.dir, 'files'), key);
    const copied = await copyFile(from, mediaFile(path.join(folder, 'media'), key));
    if (copied) media.push({ key, ...copied });
    else gone.push(key);
    progress.add(1);
  }
  progress.done();
  return { media, gone };
}
