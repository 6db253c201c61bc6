import { unavailable } from '../errors/app-error';
import { decodeRankCursor, encodeRankCursor, type RankPlace } from '../helpers/rank-cursor';
import { wordsOfQuery } from '../helpers/searchable-text';
import type { Journal } from '../journal/journal.types';
import { ChatModel } from '../models/chat.model';
import { MembershipModel } from '../models/membership.model';
import type { MessageRecord } from '../models/message.model';
import { CHUNK_SIZE } from '../models/search-chunk.model';
import { trusted } from '../models/trusted';
import type { Actor } from '../types/actor';
import type { Clock } from '../types/clock';
import { accessChat } from './chat-access';
import type { IndexTarget, SearchIndexer } from './search-indexer.service';
import { planBlocks, planEveryBlock, type Ranking, type SearchPlan } from './search-plan';
import { scanBlocks } from './search-scan';

/** Changes that one search takes into the index before it looks. */
const MAX_CATCH_UP = 2000;
/** So many changes that are not in the index are looked through one by one. */
const MAX_TAIL = 2000;
/** Above every rank: the newest message of all. */
const TOP_RANK = 8.64e15;

export interface SearchRequest {
  /** Words or parts of words; all of them must occur. Nothing in it is a pattern. */
  q: string;
  limit: number;
  cursor?: string;
}

export interface SearchPage {
  messages: MessageRecord[];
  /** Not null while there may be more, even after a page that is not full. */
  nextCursor: string | null;
}

/** Search by words and parts of them, in any script (contract section 4), of what one may see; the newest first. */
export interface MessageSearchService {
  /** In one chat. @throws not_found unless a member; validation_failed for a foreign cursor */
  searchChat(actor: Pick<Actor, 'userId'>, chatId: string, request: SearchRequest): Promise<SearchPage>;
  /** In all one's chats. @throws unavailable while much is still to be indexed: trying again gets further each time */
  searchAll(actor: Pick<Actor, 'userId'>, request: SearchRequest): Promise<SearchPage>;
}

export function createMessageSearchService(deps: {
  journal: Pick<Journal, 'settle'>;
  indexer: Pick<SearchIndexer, 'catchUp' | 'goOn'>;
  clock: Clock;
}): MessageSearchService {
  const { journal, indexer, clock } = deps;

  async function search(scope: Scope, userId: string, request: SearchRequest): Promise<SearchPage> {
    const words = wordsOfQuery(request.q);
    const after = request.cursor === undefined ? undefined : decodeRankCursor(request.cursor);
    if (words.length === 0) return { messages: [], nextCursor: null };
    const { messages, next } = await scanBlocks({
      plan: withoutUnseen(await plan(scope, request.q, after), scope),
      ranking: scope.ranking,
      words,
      limit: request.limit,
      after,
      viewerId: userId,
      joinedSeqs: scope.joinedSeqs,
      now: clock.now(),
    });
    return { messages, nextCursor: next ? encodeRankCursor(next) : null };
  }

  async function plan(scope: Scope, query: string, after: RankPlace | undefined): Promise<SearchPlan> {
    const { ranking, chats } = scope;
    const below = after?.rank ?? TOP_RANK;
    const progress = await indexer.catchUp(chats, MAX_CATCH_UP);
    const isCaughtUp = changesMissing(chats, progress) <= MAX_TAIL;
    if (isCaughtUp) return planBlocks({ ranking, query, below, targets: chats, progress });
    indexer.goOn(chats);
    const [chat] = chats;
    if (ranking === 'seq' && chat) return planEveryBlock(chat.chatId, Math.min(below, chat.seq));
    throw unavailable('The messages are still being indexed for the search', 1);
  }

  return {
    async searchChat({ userId }, chatId, request) {
      await journal.settle([chatId]);
      const { chat, membership } = await accessChat(userId, chatId);
      const id = String(chat._id);
      const joinedSeqs = new Map([[id, membership.joinedSeq]]);
      const chats = [{ chatId: id, rev: chat.rev, seq: chat.seq }];
      return search({ ranking: 'seq', chats, joinedSeqs }, userId, request);
    },

    async searchAll({ userId }, request) {
      const memberships = await MembershipModel.find(
        { userId, leftAt: null },
        { chatId: 1, joinedSeq: 1 },
      ).lean();
      const joinedSeqs = new Map(memberships.map(({ chatId, joinedSeq }) => [String(chatId), joinedSeq]));
      const chatIds = [...joinedSeqs.keys()];
      await journal.settle(chatIds);
      const found = await ChatModel.find({ _id: trusted({ $in: chatIds }) }, { rev: 1, seq: 1 }).lean();
      const chats = found.map(({ _id, rev, seq }) => ({ chatId: String(_id), rev, seq }));
      return search({ ranking: 'time', chats, joinedSeqs }, userId, request);
    },
  };
}

/** Where to search: the chats as far as their logs go, and from where on the viewer may see them. */
interface Scope {
  ranking: Ranking;
  chats: Array<IndexTarget & { seq: number }>;
  joinedSeqs: ReadonlyMap<string, number>;
}

/** Spares looking into what was before the viewer's time. */
function withoutUnseen({ blocks, floor }: SearchPlan, { ranking, joinedSeqs }: Scope): SearchPlan {
  const joinedSeqOf = (chatId: string) => joinedSeqs.get(chatId) ?? 0;
  const seen = blocks.filter(({ chatId, fromSeq }) => fromSeq + CHUNK_SIZE > joinedSeqOf(chatId) + 1);
  const [joinedSeq = 0] = joinedSeqs.values();
  const hasMore = floor !== undefined && (ranking !== 'seq' || floor > joinedSeq);
  return { blocks: seen, floor: hasMore ? floor : undefined };
}

function changesMissing(chats: readonly IndexTarget[], progress: ReadonlyMap<string, number>): number {
  return chats.reduce((sum, { chatId, rev }) => sum + Math.max(0, rev - (progress.get(chatId) ?? 0)), 0);
}
