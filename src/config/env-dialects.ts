import { readdirSync } from 'node:fs';
import path from 'node:path';
import type { EnvReader } from './env-reader';

export interface DialectsConfig {
  /** Besides the native one. */
  enabled: string[];
  /** What a connection speaks whose session and handshake name none of them. */
  fallback: string;
}

/** Stands for every dialect this build has. */
const ALL = 'all';

/** The dialects this build can speak besides the native one: the folders under `dialects/`. */
export const AVAILABLE_DIALECTS: readonly string[] = readdirSync(path.join(__dirname, '..', 'dialects'), {
  withFileTypes: true,
})
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
  .sort();

/** Reads `DIALECTS` and `DEFAULT_DIALECT`. Set but empty means none, not set means all. */
export function readDialects(env: EnvReader): DialectsConfig {
  const named = env.isSet('DIALECTS') ? env.list('DIALECTS') : [ALL];
  const enabled = named.includes(ALL) ? [...AVAILABLE_DIALECTS] : [...new Set(named)];
  for (const name of enabled) {
    if (!AVAILABLE_DIALECTS.includes(name))
      env.faults.push(`DIALECTS names "${name}", which this build does not have`);
  }
  return { enabled, fallback: env.oneOf('DEFAULT_DIALECT', 'native', ['native', ...enabled]) };
}
