export const DAY_MS = 86_400_000;

/** When the day (UTC) of a time began, in ms. */
export function dayStart(timeMs: number): number {
  return timeMs - (timeMs % DAY_MS);
}

/** When the first of the last `days` days (UTC) began, today being the last of them. */
export function firstOfDays(now: Date, days: number): Date {
  return new Date(dayStart(now.getTime()) - (days - 1) * DAY_MS);
}

/** `2026-01-31`. */
export function dateOf(day: Date): string {
  return day.toISOString().slice(0, 10);
}
