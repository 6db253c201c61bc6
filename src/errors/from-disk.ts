import { type AppError, unavailable } from './app-error';

/** No room left, the quota of the system reached, or a disk that only reads. */
const FULL = ['ENOSPC', 'EDQUOT', 'EROFS'];

/** Translates a disk that takes nothing more; `undefined` for anything else. */
export function fromDisk(error: unknown): AppError | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  if (typeof code !== 'string' || !FULL.includes(code)) return undefined;
  return unavailable('There is no room for this file right now', 60, error);
}
