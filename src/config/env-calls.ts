import type { EnvReader } from './env-reader';

export interface CallsConfig {
  ringSeconds: number;
  stunUrls: string[];
  /** Without it there is no relay. */
  turn: { urls: string[]; secret: string; ttlSeconds: number } | undefined;
}

const DEFAULT_STUN = ['stun:stun.l.google.com:19302'];
const STUN_URL = /^stuns?:[^\s/?@]+$/;
const TURN_URL = /^turns?:[^\s/?@]+(\?transport=(udp|tcp))?$/;

/** Reads what calls need: how long they ring, and the servers that help devices to find each other. */
export function readCalls(env: EnvReader): CallsConfig {
  const stunUrls = env.list('STUN_URLS', DEFAULT_STUN).filter((url) => url !== 'none');
  return {
    ringSeconds: env.integer('CALL_RING_SECONDS', 45, { min: 1, max: 300 }),
    stunUrls: checked(env, 'STUN_URLS', stunUrls, STUN_URL, 'stun:stun.example.org:3478'),
    turn: readTurn(env),
  };
}

function readTurn(env: EnvReader): CallsConfig['turn'] {
  const urls = env.list('TURN_URLS');
  checked(env, 'TURN_URLS', urls, TURN_URL, 'turn:turn.example.org:3478?transport=udp');
  const secret = env.optional('TURN_SECRET');
  const ttlSeconds = env.integer('TURN_TTL_SECONDS', 3600, { min: 60, max: 86_400 });
  if (urls.length > 0 && secret === undefined) env.faults.push('TURN_SECRET is required with TURN_URLS');
  if (urls.length === 0 && secret !== undefined) env.faults.push('TURN_URLS is required with TURN_SECRET');
  return urls.length > 0 && secret !== undefined ? { urls, secret, ttlSeconds } : undefined;
}

function checked(env: EnvReader, name: string, urls: string[], form: RegExp, example: string): string[] {
  for (const url of urls)
    if (!form.test(url)) env.faults.push(`${name} holds "${url}", which is no address such as ${example}`);
  return urls;
}
