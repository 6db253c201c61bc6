import { queryBuckets } from '../helpers/searchable-text';
import { MessageModel } from '../models/message.model';
import { type ObjectId, toObjectId } from '../models/object-id';
import { CHUNK_SIZE, SearchChunkModel } from '../models/search-chunk.model';
import { chunkStart, readReferred } from './search-chunks';
import type { IndexTarget } from './search-indexer.service';
import type { Row } from './sync-changes';

/** A block of a chat's log that may hold matches. */
export interface Block {
  chatId: string;
  fromSeq: number;
  /** No message in it ranks above this. */
  bound: number;
}

/** How results are ordered: by `seq` in one chat, by time (ms) over several. */
export type Ranking = 'seq' | 'time';

export interface SearchScope {
  ranking: Ranking;
  query: string;
  /** Only what ranks at or below this is wanted. */
  below: number;
  targets: readonly IndexTarget[];
  /** How far each chat is in the chunks, by rev. */
  progress: ReadonlyMap<string, number>;
}

interface BlockRow {
  chatId: ObjectId;
  fromSeq: number;
  lastAt: Date;
}

/** What to look into, and in which order. */
export interface SearchPlan {
  /** The highest bound first. */
  blocks: Block[];
  /** Nothing that ranks at or below this was planned; the next page goes on from there. */
  floor: number | undefined;
}

/** Blocks of one chat to look into in one go. */
const MAX_BLOCKS_OF_CHAT = 200;

/** The blocks that the chunks point to, and those of messages that are not in the chunks yet. */
export async function planBlocks(scope: SearchScope): Promise<SearchPlan> {
  const [{ blocks: indexed, floor }, tail] = await Promise.all([
    blocksFromChunks(scope),
    blocksOfTail(scope),
  ]);
  const blocks = new Map<string, Block>();
  for (const block of [...indexed, ...tail]) {
    if (floor !== undefined && block.bound <= floor) continue;
    const key = `${block.chatId}:${block.fromSeq}`;
    const known = blocks.get(key);
    if (known) known.bound = Math.max(known.bound, block.bound);
    else blocks.set(key, block);
  }
  return { blocks: [...blocks.values()].sort((a, b) => b.bound - a.bound), floor };
}

/** Every block of one chat from `seq` downwards: for a chat that the chunks are far behind. */
export function planEveryBlock(chatId: string, seq: number): SearchPlan {
  const blocks: Block[] = [];
  let fromSeq = chunkStart(Math.max(1, seq));
  for (; fromSeq > 0 && blocks.length < MAX_BLOCKS_OF_CHAT; fromSeq -= CHUNK_SIZE) {
    blocks.push({ chatId, fromSeq, bound: fromSeq + CHUNK_SIZE - 1 });
  }
  return { blocks, floor: fromSeq > 0 ? fromSeq + CHUNK_SIZE - 1 : undefined };
}

async function blocksFromChunks({ ranking, query, below, targets }: SearchScope): Promise<SearchPlan> {
  const isOneChat = ranking === 'seq';
  const buckets = queryBuckets(query);
  const chatIds = targets.map(({ chatId }) => toObjectId(chatId));
  const filter = {
    chatId: { $in: chatIds },
    ...(buckets.length > 0 && { grams: { $all: buckets } }),
    ...(isOneChat ? { fromSeq: { $lte: below } } : { firstAt: { $lte: new Date(below) } }),
  };
  const found = SearchChunkModel.collection.find<BlockRow>(filter, {
    projection: { _id: 0, chatId: 1, fromSeq: 1, lastAt: 1 },
  });
  if (isOneChat) found.sort({ fromSeq: -1 }).limit(MAX_BLOCKS_OF_CHAT);
  const rows = await found.toArray();
  const blocks = rows.map(({ chatId, fromSeq, lastAt }) => ({
    chatId: String(chatId),
    fromSeq,
    bound: isOneChat ? fromSeq + CHUNK_SIZE - 1 : lastAt.getTime(),
  }));
  const lowest = isOneChat && rows.length === MAX_BLOCKS_OF_CHAT ? rows.at(-1)?.fromSeq : undefined;
  return { blocks, floor: lowest === undefined ? undefined : lowest - 1 };
}

/** New messages, and old ones that were edited, since the chunks were brought up to date. */
async function blocksOfTail({ ranking, targets, progress }: SearchScope): Promise<Block[]> {
  const behind = targets.filter(({ chatId, rev }) => rev > (progress.get(chatId) ?? 0));
  if (behind.length === 0) return [];
  const changes = behind.map(({ chatId }) => ({
    chatId: toObjectId(chatId),
    rev: { $gt: progress.get(chatId) ?? 0 },
  }));
  const rows = await MessageModel.collection
    .find<TailRow>({ $or: changes }, { projection: { chatId: 1, seq: 1, rev: 1, ref: 1, createdAt: 1 } })
    .toArray();
  const referred = await readReferred(rows);
  return rows.flatMap((row) => {
    const message = row.ref ? referred.get(String(row.ref)) : row;
    return message ? [blockOf(message, ranking)] : [];
  });
}

type TailRow = Row & { chatId: ObjectId; seq: number };

function blockOf({ chatId, seq, createdAt }: Omit<TailRow, 'rev'>, ranking: Ranking): Block {
  const fromSeq = chunkStart(seq);
  const bound = ranking === 'seq' ? fromSeq + CHUNK_SIZE - 1 : createdAt.getTime();
  return { chatId: String(chatId), fromSeq, bound };
}
