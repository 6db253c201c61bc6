import type { RankPlace } from '../helpers/rank-cursor';
import { matchesWords, searchableText } from '../helpers/searchable-text';
import { MessageModel, type MessageRecord } from '../models/message.model';
import { toObjectId } from '../models/object-id';
import { CHUNK_SIZE } from '../models/search-chunk.model';
import type { Block, Ranking, SearchPlan } from './search-plan';

/** One request compares about this many characters; then the page ends early and its cursor goes on from there. */
const MAX_CHARACTERS = 1_000_000;
const COST_PER_MESSAGE = 64;
const BLOCKS_AT_ONCE = 8;
/** Above every id, so that a place with it is before all messages of that rank. */
const BEFORE_ALL_IDS = 'f'.repeat(24);

export interface ScanRequest {
  plan: SearchPlan;
  ranking: Ranking;
  words: readonly string[];
  limit: number;
  /** Where the page before ended. */
  after: RankPlace | undefined;
  viewerId: string;
  /** Messages up to here were before the viewer's time, by chat. */
  joinedSeqs: ReadonlyMap<string, number>;
  now: Date;
}

export interface ScanResult {
  messages: MessageRecord[];
  next: RankPlace | undefined;
}

/** Compares the messages of the planned blocks, newest first, until the page is full or the request has cost enough. */
export async function scanBlocks(request: ScanRequest): Promise<ScanResult> {
  const { plan, limit, after } = request;
  const found: MessageRecord[] = [];
  let position = 0;
  let cost = 0;
  while (position < plan.blocks.length) {
    const bound = plan.blocks[position]?.bound ?? 0;
    if (countAbove(found, bound, request.ranking) >= limit) break;
    // Only below where it began may a page end without being full, or the next one would begin there again.
    if (cost > MAX_CHARACTERS && bound < (after?.rank ?? Number.POSITIVE_INFINITY)) break;
    const batch = plan.blocks.slice(position, position + BLOCKS_AT_ONCE);
    position += batch.length;
    for (const message of await readBlocks(batch)) {
      const text = searchableText(message.content);
      cost += COST_PER_MESSAGE + text.length;
      if (text !== '' && isVisible(message, request) && matchesWords(text, request.words))
        found.push(message);
    }
  }
  return cutPage(found, plan.blocks[position]?.bound ?? plan.floor, request);
}

/** What ranks at or below `restBound` may still be mixed with what was not looked at. */
function cutPage(found: MessageRecord[], restBound: number | undefined, request: ScanRequest): ScanResult {
  const place = (message: MessageRecord): RankPlace => ({
    rank: rankOf(message, request.ranking),
    id: String(message._id),
  });
  const settled = found
    .filter((message) => restBound === undefined || rankOf(message, request.ranking) > restBound)
    .sort((a, b) => comparePlaces(place(a), place(b)));
  const messages = settled.slice(0, request.limit);
  const last = messages.at(-1);
  const isFull = messages.length === request.limit;
  if (last && isFull && (settled.length > messages.length || restBound !== undefined)) {
    return { messages, next: place(last) };
  }
  return { messages, next: restBound === undefined ? undefined : { rank: restBound, id: BEFORE_ALL_IDS } };
}

function rankOf(message: MessageRecord, ranking: Ranking): number {
  return ranking === 'seq' ? message.seq : message.createdAt.getTime();
}

/** Below zero when `a` comes before `b`. */
function comparePlaces(a: RankPlace, b: RankPlace): number {
  if (a.rank !== b.rank) return b.rank - a.rank;
  if (a.id === b.id) return 0;
  return a.id > b.id ? -1 : 1;
}

function countAbove(messages: readonly MessageRecord[], bound: number, ranking: Ranking): number {
  return messages.filter((message) => rankOf(message, ranking) > bound).length;
}

function readBlocks(blocks: readonly Block[]): Promise<MessageRecord[]> {
  const ranges = blocks.map(({ chatId, fromSeq }) => ({
    chatId: toObjectId(chatId),
    seq: { $gte: fromSeq, $lt: fromSeq + CHUNK_SIZE },
  }));
  return MessageModel.collection.find<MessageRecord>({ $or: ranges }).toArray();
}

function isVisible(message: MessageRecord, request: ScanRequest): boolean {
  const { after, ranking, viewerId, joinedSeqs, now } = request;
  const joinedSeq = joinedSeqs.get(String(message.chatId));
  if (joinedSeq === undefined || message.seq <= joinedSeq) return false;
  if (message.expiresAt !== undefined && message.expiresAt <= now) return false;
  if (message.deletedFor?.some((id) => String(id) === viewerId)) return false;
  const place = { rank: rankOf(message, ranking), id: String(message._id) };
  return after === undefined || comparePlaces(after, place) < 0;
}
