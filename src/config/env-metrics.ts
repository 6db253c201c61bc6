import type { EnvReader } from './env-reader';

export interface MetricsConfig {
  /** Without it only this very machine may read `/metrics`. */
  token: string | undefined;
}

const MIN_TOKEN_LENGTH = 16;

/** Reads who may read the metrics. */
export function readMetrics(env: EnvReader): MetricsConfig {
  const token = env.optional('METRICS_TOKEN');
  if (token !== undefined && (token.length < MIN_TOKEN_LENGTH || /\s/.test(token)))
    env.faults.push(`METRICS_TOKEN must have at least ${MIN_TOKEN_LENGTH} characters and no space`);
  return { token };
}
