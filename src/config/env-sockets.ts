import type { EnvReader } from './env-reader';

const ADAPTERS = ['memory', 'mongo', 'redis'] as const;
const TRANSPORTS = ['websocket', 'polling'] as const;
export type SocketTransport = (typeof TRANSPORTS)[number];

export interface SocketsConfig {
  /** How nodes tell each other what passes; with memory they do not. */
  adapter: (typeof ADAPTERS)[number];
  /** What clients may connect by. */
  transports: SocketTransport[];
}

/** Reads `SOCKET_ADAPTER`, `SOCKET_TRANSPORTS` and `PARLEY_WORKERS`, and what several workers of one machine must share. */
export function readSockets(env: EnvReader): SocketsConfig {
  const adapter = env.oneOf('SOCKET_ADAPTER', 'memory', ADAPTERS);
  const workers = env.integer('PARLEY_WORKERS', 1, { min: 1, max: 64 });
  if (workers > 1) {
    env.required('MONGO_URI', true, `with PARLEY_WORKERS=${workers}: all of them serve one database`);
    if (adapter === 'memory')
      env.faults.push(`SOCKET_ADAPTER must be mongo or redis with PARLEY_WORKERS=${workers}`);
  }
  return { adapter, transports: readTransports(env) };
}

function readTransports(env: EnvReader): SocketTransport[] {
  const named = env.list('SOCKET_TRANSPORTS', [...TRANSPORTS]);
  const transports = TRANSPORTS.filter((transport) => named.includes(transport));
  if (transports.length === 0 || transports.length < new Set(named).size)
    env.faults.push(`SOCKET_TRANSPORTS must be ${TRANSPORTS.join(', ')} or both, not "${named.join(',')}"`);
  return transports;
}
