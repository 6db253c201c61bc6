import { dateOf } from '../helpers/days';
import type { ActivityDayRecord } from '../models/activity-day.model';
import type { MessageStatistics } from '../services/message-statistics.service';

const MINUTE_MS = 60_000;

/** One's own messages of a period in numbers. */
export function presentMessageStatistics(statistics: MessageStatistics) {
  const { since, sent, delivered, read, received, byType, sentByDate } = statistics;
  return {
    since: since.toISOString(),
    sent,
    delivered,
    read,
    received,
    byType: Object.fromEntries(byType),
    days: [...sentByDate].sort().map(([date, count]) => ({ date, sent: count })),
  };
}

/** What one did day by day, and in all. */
export function presentActivity({ since, days }: { since: Date; days: ActivityDayRecord[] }) {
  const sumOf = (value: (day: ActivityDayRecord) => number) => days.reduce((sum, day) => sum + value(day), 0);
  return {
    since: since.toISOString(),
    activeDays: days.filter(({ sessions, sent, onlineMs }) => sessions + sent + onlineMs > 0).length,
    sessions: sumOf(({ sessions }) => sessions),
    messagesSent: sumOf(({ sent }) => sent),
    messagesReceived: sumOf(({ received }) => received),
    minutesOnline: minutes(sumOf(({ onlineMs }) => onlineMs)),
    days: days.map(({ day, sessions, sent, received, onlineMs }) => ({
      date: dateOf(day),
      sessions,
      messagesSent: sent,
      messagesReceived: received,
      minutesOnline: minutes(onlineMs),
    })),
  };
}

function minutes(ms: number): number {
  return Math.floor(ms / MINUTE_MS);
}
