import type { PushProvider } from './push.port';

/** For a server without credentials: devices hear what happened when they connect. */
export function createNoPush(): PushProvider {
  return {
    name: 'none',
    isConfigured: false,
    send: async (notes) => notes.map(() => ({ kind: 'refused', reason: 'no push provider is configured' })),
    stop: async () => undefined,
  };
}
