import { isDuplicateKey } from '../errors/from-mongo';
import { gramBuckets, searchableText } from '../helpers/searchable-text';
import { MessageModel, type MessageRecord } from '../models/message.model';
import { type ObjectId, toObjectId } from '../models/object-id';
import { CHUNK_SIZE, SearchChunkModel } from '../models/search-chunk.model';
import { SearchProgressModel } from '../models/search-progress.model';

/** A part of a chat's log that is to be taken into the chunks: the changes after `fromRev`, `limit` of them at most. */
export interface IndexTask {
  chatId: string;
  fromRev: number;
  limit: number;
}

type Entry = Pick<MessageRecord, '_id' | 'chatId' | 'seq' | 'rev' | 'content' | 'createdAt'>;

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
 * Takes parts of several chats' logs into the chunks and resolves to how far each chat is now, by rev. Following the log by
 * rev takes in edits as well as new messages. Safe to do twice, or on two nodes at once: pieces are only ever added, and the
 * progress is noted after them.
 */
export async function indexChanges(tasks: readonly IndexTask[]): Promise<Map<string, number>> {
  const entries = (await Promise.all(tasks.map(readChanges))).flat();
  const reached = new Map<string, number>();
  for (const { chatId, rev } of entries) {
    const id = String(chatId);
    reached.set(id, Math.max(rev, reached.get(id) ?? 0));
  }
  await twiceAtMost(() => writeChunks(additionsOf(entries)));
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

function readChanges({ chatId, fromRev, limit }: IndexTask): Promise<Entry[]> {
  return MessageModel.collection
    .find<Entry>(
      { chatId: toObjectId(chatId), rev: { $gt: fromRev } },
      { projection: { chatId: 1, seq: 1, rev: 1, content: 1, createdAt: 1 } },
    )
    .sort({ rev: 1 })
    .limit(limit)
    .toArray();
}

function additionsOf(entries: readonly Entry[]): ChunkAddition[] {
  const additions = new Map<string, ChunkAddition>();
  for (const { chatId, seq, content, createdAt } of entries) {
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
  await SearchChunkModel.collection.bulkWrite(operations, DERIVED);
}

async function writeProgress(reached: ReadonlyMap<string, number>): Promise<void> {
  if (reached.size === 0) return;
  const operations = [...reached].map(([chatId, rev]) => ({
    updateOne: { filter: { _id: toObjectId(chatId) }, update: { $max: { rev } }, upsert: true },
  }));
  await SearchProgressModel.collection.bulkWrite(operations, DERIVED);
}
