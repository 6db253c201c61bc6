import type { Dialect } from '../dialect.port';
import { createV1Inbound } from './inbound';
import { createV1Outbound, V1_EVENTS } from './outbound';
import { createV1Router } from './v1.routes';

/** Seed 000: REST under `/api/v1`, events with colons. */
export const v1Dialect: Dialect = {
  name: 'v1',
  serverEvents: V1_EVENTS,
  inbound: createV1Inbound,
  outbound: createV1Outbound,
  routes: (ground, gates) => [{ path: '/api/v1', router: createV1Router(ground, gates) }],
};
