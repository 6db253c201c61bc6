import { AppError, forbidden } from '../errors/app-error';
import type { CallRecord } from '../models/call.model';
import {
  CALL_FIGURES,
  CallFeedbackModel,
  type CallFeedbackRecord,
  type CallStats,
} from '../models/call-feedback.model';
import { toObjectId } from '../models/object-id';
import type { Clock } from '../types/clock';
import { participantOf } from './call-machine';

export interface FeedbackInput {
  rating: number;
  issues: string[];
  stats: CallStats;
}

export interface CallFeedbackService {
  /** Keeps how the user found a call they were in; given again it replaces the first. @throws not_found; forbidden for who never joined. */
  giveFeedback(userId: string, callId: string, input: FeedbackInput): Promise<void>;
  /** A call of the user's with what its participants said of it. @throws not_found */
  getQuality(userId: string, callId: string): Promise<{ call: CallRecord; feedback: CallFeedbackRecord[] }>;
}

export function createCallFeedbackService(deps: {
  getCall: (userId: string, callId: string) => Promise<CallRecord>;
  clock: Clock;
}): CallFeedbackService {
  const { getCall, clock } = deps;
  return {
    async giveFeedback(userId, callId, input) {
      const call = await getCall(userId, callId);
      if (!participantOf(call, userId)?.joinedAt) throw forbidden('You were not in this call');
      if (call.status === 'busy') throw new AppError('conflict', 'This call never began');
      const key = { callId: call._id, userId: toObjectId(userId) };
      const now = clock.now();
      await CallFeedbackModel.replaceOne(
        key,
        { ...key, ...input, stats: knownOf(input.stats), calledAt: call.createdAt, createdAt: now },
        { upsert: true },
      );
    },

    async getQuality(userId, callId) {
      const call = await getCall(userId, callId);
      return { call, feedback: await CallFeedbackModel.find({ callId: call._id }).lean() };
    },
  };
}

/** The figures that are kept, with null for none left out. */
function knownOf(stats: CallStats): CallStats {
  const names = [...CALL_FIGURES, 'candidateType'] as const;
  return Object.fromEntries(names.flatMap((name) => (stats[name] == null ? [] : [[name, stats[name]]])));
}
