/** What one look found. `warn` works and should not stay so; `fail` does not work. Both say how to mend it. */
export type Finding = { level: 'ok'; what: string } | { level: 'warn' | 'fail'; what: string; mend: string };

export const ok = (what: string): Finding => ({ level: 'ok', what });
export const warn = (what: string, mend: string): Finding => ({ level: 'warn', what, mend });
export const fail = (what: string, mend: string): Finding => ({ level: 'fail', what, mend });

/** The first line of what was thrown: drivers put whole topologies after it. */
export function reason(error: unknown): string {
  const { message, name } = Object(error) as { message?: unknown; name?: unknown };
  const text = String(message || name || error);
  return text.split('\n')[0] ?? '';
}
