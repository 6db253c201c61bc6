import { AppError } from '../errors/app-error';

/** What a socket has sent in the current stretch of time. */
export interface EventWindow {
  startedAtMs: number;
  count: number;
}

const WINDOW_MS = 10_000;

export function newEventWindow(): EventWindow {
  return { startedAtMs: Date.now(), count: 0 };
}

/** Counts one event of a socket. @throws rate_limited past `max` in ten seconds */
export function countEvent(window: EventWindow, max: number): void {
  const now = Date.now();
  if (now - window.startedAtMs >= WINDOW_MS) Object.assign(window, { startedAtMs: now, count: 0 });
  window.count += 1;
  if (window.count <= max) return;
  const retryAfterSeconds = Math.ceil((window.startedAtMs + WINDOW_MS - now) / 1000);
  throw new AppError('rate_limited', 'Too many events; slow down', { retryAfterSeconds });
}
