import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import type { mongo } from 'mongoose';
import type { CollectionEntry } from './manifest';

/** BSON begins with its own length; no document is longer than MongoDB's bound with some room. */
const LENGTH_BYTES = 4;
const MAX_DOCUMENT_BYTES = 17 * 1024 * 1024;

type Count = Omit<CollectionEntry, 'name'>;

interface Source {
  collection: mongo.Collection;
  session?: mongo.ClientSession;
  /** Called with each document as it is in the database. */
  onDocument?: (bson: Buffer) => void;
}

/** The documents of a collection as BSON, in the order of `_id`, and a running count of them. */
function readDocuments({ collection, session, onDocument }: Source): { bson: Readable; count: () => Count } {
  const hash = createHash('sha256');
  let documents = 0;
  let bytes = 0;
  async function* generate() {
    const cursor = collection.find(
      {},
      { raw: true, sort: { _id: 1 }, hint: { _id: 1 }, session, batchSize: 1000 },
    );
    for await (const document of cursor) {
      // With `raw` the driver hands out the bytes; its types do not say so. The bytes are its buffer's, hence the copy.
      const bson = Buffer.from(document as unknown as Uint8Array);
      documents += 1;
      bytes += bson.length;
      hash.update(bson);
      onDocument?.(bson);
      yield bson;
    }
  }
  return {
    bson: Readable.from(generate()),
    count: () => ({ documents, bytes, sha256: hash.copy().digest('hex') }),
  };
}

/** Writes a collection into a file. */
export async function dumpDocuments(source: Source, file: string): Promise<Count> {
  const { bson, count } = readDocuments(source);
  await pipeline(bson, createGzip({ level: 4 }), createWriteStream(file, { flags: 'wx', mode: 0o600 }));
  return count();
}

/** What a collection holds now, to be compared with what was written. */
export async function countDocuments(collection: mongo.Collection): Promise<Count> {
  const { bson, count } = readDocuments({ collection });
  bson.resume();
  await new Promise<void>((resolve, reject) => bson.once('end', resolve).once('error', reject));
  return count();
}

/** The documents of a file, one by one. @throws Error when the file is damaged or cut off. */
export async function* loadDocuments(file: string): AsyncGenerator<Buffer> {
  const source = createReadStream(file);
  const unzip = createGunzip();
  // An error of the file itself would otherwise reach nobody: piping passes on data only.
  source.once('error', (error) => unzip.destroy(error));
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of source.pipe(unzip)) {
    rest = rest.length === 0 ? (chunk as Buffer) : Buffer.concat([rest, chunk as Buffer]);
    let at = 0;
    while (rest.length - at >= LENGTH_BYTES) {
      const length = rest.readInt32LE(at);
      if (length < LENGTH_BYTES + 1 || length > MAX_DOCUMENT_BYTES) throw new Error(`${file} is damaged`);
      if (rest.length - at < length) break;
      yield rest.subarray(at, at + length);
      at += length;
    }
    rest = rest.subarray(at);
  }
  if (rest.length > 0) throw new Error(`${file} is cut off`);
}

/** What a file holds. @throws Error when it is damaged. */
export async function countFile(file: string): Promise<Count> {
  const hash = createHash('sha256');
  let documents = 0;
  let bytes = 0;
  for await (const bson of loadDocuments(file)) {
    documents += 1;
    bytes += bson.length;
    hash.update(bson);
  }
  return { documents, bytes, sha256: hash.digest('hex') };
}
