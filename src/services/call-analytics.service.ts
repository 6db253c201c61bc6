import { CallModel } from '../models/call.model';
import { CallFeedbackModel, type CallFeedbackRecord } from '../models/call-feedback.model';
import { toObjectId } from '../models/object-id';
import { trusted } from '../models/trusted';
import type { Clock } from '../types/clock';

/** What a user's calls of a period were; times in ms. */
export interface CallCounts {
  total: number;
  outgoing: number;
  incoming: number;
  audio: number;
  video: number;
  answered: number;
  missed: number;
  declined: number;
  busy: number;
  /** The time this user was in answered calls. */
  totalDurationMs: number;
}

export interface CallAnalytics {
  since: Date;
  calls: CallCounts;
  /** What this user said of them. */
  feedback: CallFeedbackRecord[];
}

const DAY_MS = 86_400_000;
/** More feedback than this does not change a mean any more. */
const MAX_FEEDBACK = 1000;

/** Sums up a user's calls of the last `days` days, live ones included. */
export function createCallAnalytics(clock: Clock) {
  return async (userId: string, days: number): Promise<CallAnalytics> => {
    const since = new Date(clock.now().getTime() - days * DAY_MS);
    const [[calls], feedback] = await Promise.all([
      CallModel.aggregate<CallCounts>(pipelineOf(userId, since)),
      CallFeedbackModel.find({ userId: toObjectId(userId), calledAt: trusted({ $gte: since }) })
        .sort({ calledAt: -1 })
        .limit(MAX_FEEDBACK)
        .lean(),
    ]);
    return { since, calls: { ...NONE, ...calls }, feedback };
  };
}

const NONE: CallCounts = {
  total: 0,
  outgoing: 0,
  incoming: 0,
  audio: 0,
  video: 0,
  answered: 0,
  missed: 0,
  declined: 0,
  busy: 0,
  totalDurationMs: 0,
};

function pipelineOf(userId: string, since: Date) {
  const id = toObjectId(userId);
  const countIf = (condition: object) => ({ $sum: { $cond: [condition, 1, 0] } });
  const isOwn = { $eq: ['$callerId', id] };
  const wasIn = { $and: [{ $ne: ['$startedAt', null] }, { $ne: ['$own.joinedAt', null] }] };
  const from = { $max: ['$startedAt', '$own.joinedAt'] };
  const lasted = { $and: [wasIn, { $gt: ['$own.leftAt', from] }] };
  const own = {
    $first: { $filter: { input: '$participants', as: 'one', cond: { $eq: ['$$one.userId', id] } } },
  };
  return [
    { $match: { 'participants.userId': id, createdAt: { $gte: since } } },
    { $set: { own } },
    {
      $group: {
        _id: null,
        total: { $sum: 1 },
        outgoing: countIf(isOwn),
        incoming: countIf({ $not: [isOwn] }),
        audio: countIf({ $eq: ['$type', 'audio'] }),
        video: countIf({ $eq: ['$type', 'video'] }),
        answered: countIf(wasIn),
        missed: countIf({ $eq: ['$own.state', 'missed'] }),
        declined: countIf({ $or: [{ $eq: ['$own.state', 'declined'] }, { $eq: ['$status', 'declined'] }] }),
        busy: countIf({ $or: [{ $eq: ['$own.state', 'busy'] }, { $eq: ['$status', 'busy'] }] }),
        totalDurationMs: { $sum: { $cond: [lasted, { $subtract: ['$own.leftAt', from] }, 0] } },
      },
    },
    { $unset: '_id' },
  ];
}
