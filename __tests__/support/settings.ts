import { ConfigError, loadConfig } from '../../src/config/env';
import type { EnvSource } from '../../src/config/env-reader';

/** What a start with these settings would complain of, one sentence each. */
export function faultsOf(source: EnvSource): string[] {
  try {
    loadConfig(source);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
}
