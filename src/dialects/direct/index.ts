import type { Dialect } from '../dialect.port';
import { createDirectInbound } from './inbound';
import { createDirectOutbound, DIRECT_EVENTS } from './outbound';

/** Seed 003: people who write to each other, by events alone. */
export const directDialect: Dialect = {
  name: 'direct',
  serverEvents: DIRECT_EVENTS,
  inbound: createDirectInbound,
  outbound: createDirectOutbound,
};
