import path from 'node:path';
import mongoose, { mongo } from 'mongoose';
import type { Config } from '../../config/env';
import { RESTORE_MARK } from '../../models/migrate';
import { MigrationModel } from '../../models/migration.model';
import { ToolError } from '../run-tool';
import { copyFile } from './copy-file';
import { countDocuments, loadDocuments } from './documents';
import { type CollectionEntry, collectionFile, type Manifest, mediaFile } from './manifest';
import { startProgress } from './progress';

const BATCH_DOCUMENTS = 1000;
const BATCH_BYTES = 8 * 1024 * 1024;
/** Values come back as the types they were, not as JavaScript's nearest. */
const AS_STORED = { promoteValues: false, promoteLongs: false, promoteBuffers: false, bsonRegExp: true };

/**
 * Puts a backup into the connected database and its files into the disk store, then reads all back and compares. Until that is
 * done a mark keeps servers from starting on the half of it.
 * @throws ToolError when the database is not empty and `replace` is not set, or what came back differs.
 */
export async function giveBack(
  config: Config,
  folder: string,
  manifest: Manifest,
  { replace }: { replace: boolean },
): Promise<void> {
  const db = mongoose.connection.db as mongo.Db;
  const isEmpty = await hasNoDocuments(db);
  const isHalfDone = (await MigrationModel.exists({ _id: RESTORE_MARK })) !== null;
  if (!isEmpty && !isHalfDone && !replace) {
    throw new ToolError(
      `The database ${config.mongo.dbName} is not empty. Stop the servers that use it and add --replace to lose what is in it, or set another dbName.`,
    );
  }
  if (manifest.mediaProvider !== config.media.store.provider) {
    throw new ToolError(
      `The backup's files are with the provider ${manifest.mediaProvider}, and MEDIA_PROVIDER is ${config.media.store.provider}`,
    );
  }
  await db.dropDatabase();
  await MigrationModel.create({ _id: RESTORE_MARK, at: new Date() });
  for (const entry of manifest.collections) await restoreCollection(db, folder, entry);
  await restoreMedia(config, folder, manifest);
  await MigrationModel.deleteOne({ _id: RESTORE_MARK });
}

async function hasNoDocuments(db: mongo.Db): Promise<boolean> {
  for (const { name } of await db.listCollections({ type: 'collection' }, { nameOnly: true }).toArray()) {
    if ((await db.collection(name).findOne({}, { hint: { _id: 1 } })) !== null) return false;
  }
  return true;
}

async function restoreCollection(db: mongo.Db, folder: string, entry: CollectionEntry): Promise<void> {
  // Migrations hold the mark meanwhile, and the lock of whoever migrated at the moment of the backup is nobody's now.
  const isMarked = entry.name === MigrationModel.collection.name;
  const collection = db.collection(entry.name);
  const progress = startProgress(entry.name, entry.documents, 'documents');
  let batch: mongo.Document[] = [];
  let bytes = 0;
  const write = async () => {
    if (batch.length > 0) await collection.insertMany(batch, { ordered: false, ignoreUndefined: false });
    progress.add(batch.length);
    batch = [];
    bytes = 0;
  };
  for await (const bson of loadDocuments(collectionFile(folder, entry.name))) {
    const document = mongo.BSON.deserialize(bson, AS_STORED);
    if (isMarked && document._id === 'lock') continue;
    batch.push(document);
    bytes += bson.length;
    if (batch.length >= BATCH_DOCUMENTS || bytes >= BATCH_BYTES) await write();
  }
  await write();
  progress.done();
  if (isMarked) return;
  const { documents, sha256 } = await countDocuments(collection);
  if (documents !== entry.documents || sha256 !== entry.sha256) {
    throw new ToolError(
      `${entry.name} came back with ${documents} documents that are not those of the backup`,
    );
  }
}

async function restoreMedia({ media }: Config, folder: string, manifest: Manifest): Promise<void> {
  if (manifest.media.length === 0) return;
  const progress = startProgress('files', manifest.media.length, 'files');
  for (const { key, sha256 } of manifest.media) {
    const to = mediaFile(path.join(media.dir, 'files'), key);
    const copied = await copyFile(mediaFile(path.join(folder, 'media'), key), to);
    if (copied?.sha256 !== sha256) throw new ToolError(`The file ${key} came back different`);
    progress.add(1);
  }
  progress.done();
}
