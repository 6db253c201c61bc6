/** Times as people say them, in the language of the browser. */
const DAY_MS = 86_400_000;

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const weekday = new Intl.DateTimeFormat(undefined, { weekday: 'long' });
const shortDate = new Intl.DateTimeFormat(undefined, { dateStyle: 'short' });
const longDate = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'long', year: 'numeric' });

/** Whole local days between two instants. @param {Date} earlier @param {Date} later */
function daysBetween(earlier, later) {
  const from = new Date(earlier).setHours(0, 0, 0, 0);
  const to = new Date(later).setHours(0, 0, 0, 0);
  return Math.round((to - from) / DAY_MS);
}

/** "14:05" @param {string} iso */
export function timeOfDay(iso) {
  return clock.format(new Date(iso));
}

/** "14:05 on 3 May 2026" for tooltips and lists. @param {string} iso */
export function dayAndTime(iso) {
  return `${longDate.format(new Date(iso))}, ${timeOfDay(iso)}`;
}

/** A key that is the same for all instants of one local day. @param {string} iso */
export function dayKey(iso) {
  return new Date(iso).toDateString();
}

/** The words on a day separator. @param {string} iso @param {Date} [now] */
export function dayLabel(iso, now = new Date()) {
  const date = new Date(iso);
  const days = daysBetween(date, now);
  if (days <= 0) return 'Today';
  if (days === 1) return 'Yesterday';
  return days < 7 ? weekday.format(date) : longDate.format(date);
}

/** The time beside a chat in the list. @param {string} iso @param {Date} [now] */
export function listTime(iso, now = new Date()) {
  const date = new Date(iso);
  const days = daysBetween(date, now);
  if (days <= 0) return clock.format(date);
  if (days === 1) return 'Yesterday';
  return days < 7 ? weekday.format(date) : shortDate.format(date);
}

/** "last seen today at 14:05" @param {string} iso @param {Date} [now] */
export function lastSeen(iso, now = new Date()) {
  const day = dayLabel(iso, now);
  const when = day === 'Today' || day === 'Yesterday' ? day.toLowerCase() : day;
  return `last seen ${when} at ${timeOfDay(iso)}`;
}

/** "4:05" or "1:02:03", as on a stopwatch. @param {number} ms */
export function stopwatch(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const shown = parts[0] === 0 ? parts.slice(1) : parts;
  return shown.map((part, index) => (index === 0 ? part : String(part).padStart(2, '0'))).join(':');
}

/** "3 minutes" from seconds, rounded up; whole days and hours are told as such. @param {number} seconds */
export function duration(seconds) {
  const whole = Math.max(1, Math.ceil(seconds));
  const units = /** @type {const} */ ([
    ['day', 86_400],
    ['hour', 3600],
    ['minute', 60],
  ]);
  const [unit, size] = units.find(([, length]) => whole % length === 0 || whole >= 1.5 * length) ?? [
    'second',
    1,
  ];
  const amount = Math.ceil(whole / size);
  return `${amount} ${unit}${amount === 1 ? '' : 's'}`;
}
