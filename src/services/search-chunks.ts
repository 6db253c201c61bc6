import { isDuplicateKey } from '../errors/from-mongo';
import { gramBuckets, searchableText } from '../helpers/searchable-text';
import { MessageModel, type MessageRecord } from '../models/message.model';
import { type ObjectId, toObjectId } from '../models/object-id';
import { CHUNK_SIZE, SearchChunkModel, type SearchChunkRecord } from '../models/search-chunk.model';
import { SearchProgressModel } from '../models/search-progress.model';
import { isUnsettled, type Row } from './sync-changes';

/** A part of a chat's log that is to be taken into the chunks: the changes after `fromRev`, `limit` of them at most. */
export interface IndexTask {
  chatId: string;
  fromRev: number;
  limit: number;
}

/** A message as it stands, with the change of the log that led to it. */
interface Change {
  message: Pick<MessageRecord, 'chatId' | 'seq' | 'content' | 'createdAt'>;
  rev: number;
}

interface ChunkAddition {
  _id: string;
  chatId: ObjectId;
  fromSeq: number;
  firstAt: Date;
  lastAt: Date;
  grams: Set<number>;
}

/** What a failover takes back is taken back from the end, so the progress never claims more than there is. */
const DERIVED = { ordered: false, writeConcern: { w: 1, journal: false } } as const;

/** The first message number of the chunk that holds `seq`. */
export function chunkStart(seq: number): number {
  return seq - ((seq - 1) % CHUNK_SIZE);
}

/**
 * Takes parts of several chats' logs into the chunks and resolves to how far each chat is now, by rev; a chat that cannot go on
 * yet is left out. Following the log by rev takes in edits as well as new messages. Safe to do twice, or on two nodes at once:
 * pieces are only ever added, and the progress is noted after them.
 */
export async function indexChanges(tasks: readonly IndexTask[]): Promise<Map<string, number>> {
  const changes = (await Promise.all(tasks.map(readChanges))).flat();
  const reached = new Map<string, number>();
  for (const { message, rev } of changes) reached.set(String(message.chatId), rev);
  await twiceAtMost(() => writeChunks(additionsOf(changes)));
  await twiceAtMost(() => writeProgress(reached));
  return reached;
}

/** Two nodes that make the same document at once: the later one's write succeeds when it is done again. */
async function twiceAtMost(write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    await write();
  }
}

/** How far the chats are in the chunks, by rev; 0 for those that are not at all. */
export async function readProgress(chatIds: readonly string[]): Promise<Map<string, number>> {
  const progress = new Map(chatIds.map((id) => [id, 0]));
  const rows = await SearchProgressModel.collection
    .find<{ _id: ObjectId; rev: number }>({ _id: { $in: chatIds.map(toObjectId) } })
    .toArray();
  for (const { _id, rev } of rows) progress.set(String(_id), rev);
  return progress;
}

type LogRow = Row & Pick<MessageRecord, '_id' | 'chatId' | 'seq' | 'content' | 'lastRev'>;

const FIELDS = { chatId: 1, seq: 1, rev: 1, lastRev: 1, ref: 1, content: 1, createdAt: 1 } as const;

/** In order of rev, as far as the changes are there: a marker that waits for its change is where the next step begins. */
async function readChanges({ chatId, fromRev, limit }: IndexTask): Promise<Change[]> {
  const rows = await MessageModel.collection
    .find<LogRow>({ chatId: toObjectId(chatId), rev: { $gt: fromRev } }, { projection: FIELDS })
    .sort({ rev: 1 })
    .limit(limit)
    .toArray();
  const changed = await readReferred(rows);
  const changes: Change[] = [];
  for (const row of rows) {
    const message = row.ref ? changed.get(String(row.ref)) : row;
    if (isUnsettled(row, message)) break;
    changes.push({ message: message ?? row, rev: row.rev });
  }
  return changes;
}

/** The messages that the markers among these rows name, by id. */
export async function readReferred<R extends Row>(rows: readonly R[]): Promise<Map<string, LogRow>> {
  const ids = rows.flatMap(({ ref }) => ref ?? []);
  if (ids.length === 0) return new Map();
  const messages = await MessageModel.collection
    .find<LogRow>({ _id: { $in: ids } }, { projection: FIELDS })
    .toArray();
  return new Map(messages.map((message) => [String(message._id), message]));
}

function additionsOf(changes: readonly Change[]): ChunkAddition[] {
  const additions = new Map<string, ChunkAddition>();
  for (const { message } of changes) {
    const { chatId, seq, content, createdAt } = message;
    const text = searchableText(content);
    if (text === '') continue;
    const fromSeq = chunkStart(seq);
    const _id = `${chatId}:${fromSeq}`;
    const addition = additions.get(_id) ?? {
      _id,
      chatId,
      fromSeq,
      firstAt: createdAt,
      lastAt: createdAt,
      grams: new Set(),
    };
    additions.set(_id, addition);
    if (createdAt < addition.firstAt) addition.firstAt = createdAt;
    if (createdAt > addition.lastAt) addition.lastAt = createdAt;
    for (const gram of gramBuckets(text)) addition.grams.add(gram);
  }
  return [...additions.values()];
}

async function writeChunks(additions: ChunkAddition[]): Promise<void> {
  if (additions.length === 0) return;
  const operations = additions.map(({ _id, chatId, fromSeq, firstAt, lastAt, grams }) => ({
    updateOne: {
      filter: { _id },
      update: [
        {
          $set: {
            chatId,
            fromSeq,
            toSeq: fromSeq + CHUNK_SIZE - 1,
            firstAt: { $min: ['$firstAt', firstAt] },
            lastAt: { $max: ['$lastAt', lastAt] },
            grams: { $setUnion: [{ $ifNull: ['$grams', []] }, [...grams]] },
          },
        },
      ],
      upsert: true,
    },
  }));
  const { db, collection } = SearchChunkModel;
  await db.collection<SearchChunkRecord>(collection.name).bulkWrite(operations, DERIVED);
}

async function writeProgress(reached: ReadonlyMap<string, number>): Promise<void> {
  if (reached.size === 0) return;
  const operations = [...reached].map(([chatId, rev]) => ({
    updateOne: { filter: { _id: toObjectId(chatId) }, update: { $max: { rev } }, upsert: true },
  }));
  await SearchProgressModel.collection.bulkWrite(operations, DERIVED);
}
