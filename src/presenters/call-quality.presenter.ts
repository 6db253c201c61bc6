import type { CallRecord } from '../models/call.model';
import { CALL_FIGURES, type CallFeedbackRecord, type CallFigure } from '../models/call-feedback.model';
import type { CallAnalytics } from '../services/call-analytics.service';
import type { IceServer } from '../services/ice-server.service';

/** The means of what several people measured; null where nobody did. */
function summarise(feedback: CallFeedbackRecord[]) {
  const issues: Record<string, number> = {};
  for (const issue of feedback.flatMap((one) => one.issues))
    issues[issue] = Object.hasOwn(issues, issue) ? (issues[issue] ?? 0) + 1 : 1;
  return {
    ratings: feedback.length,
    averageRating: mean(feedback.map(({ rating }) => rating)),
    packetLossPercent: meanOf(feedback, 'packetLossPercent'),
    roundTripMs: meanOf(feedback, 'roundTripMs'),
    jitterMs: meanOf(feedback, 'jitterMs'),
    issues: Object.entries(issues)
      .sort(([, a], [, b]) => b - a)
      .map(([issue, count]) => ({ issue, count })),
  };
}

function meanOf(feedback: CallFeedbackRecord[], figure: CallFigure): number | null {
  return mean(feedback.flatMap(({ stats }) => stats?.[figure] ?? []));
}

/** To two digits. */
function mean(values: number[]): number | null {
  if (values.length === 0) return null;
  return Math.round((values.reduce((sum, value) => sum + value, 0) / values.length) * 100) / 100;
}

/** What the participants said of one call: together, and each. */
export function presentCallQuality({ call, feedback }: { call: CallRecord; feedback: CallFeedbackRecord[] }) {
  return {
    callId: String(call._id),
    ...summarise(feedback),
    feedback: feedback.map(({ userId, rating, issues, stats, createdAt }) => ({
      userId: String(userId),
      rating,
      issues,
      stats: presentStats(stats),
      createdAt: createdAt.toISOString(),
    })),
  };
}

function presentStats(stats: CallFeedbackRecord['stats'] | undefined) {
  const figures = CALL_FIGURES.flatMap((name) => (stats?.[name] === undefined ? [] : [[name, stats[name]]]));
  const { candidateType } = stats ?? {};
  return { ...Object.fromEntries(figures), ...(candidateType !== undefined && { candidateType }) };
}

/** A user's calls of a period in numbers, and how well they went for this user. */
export function presentCallAnalytics({ since, calls, feedback }: CallAnalytics) {
  const { answered, totalDurationMs } = calls;
  return {
    since: since.toISOString(),
    ...calls,
    averageDurationMs: answered === 0 ? 0 : Math.round(totalDurationMs / answered),
    quality: summarise(feedback),
  };
}

/** The servers as `RTCPeerConnection` takes them. */
export function presentIceServers({ iceServers, expiresAt }: { iceServers: IceServer[]; expiresAt: Date }) {
  return { iceServers, expiresAt: expiresAt.toISOString() };
}
