import { KEBAB_DIALECT } from '../../types/dialect';
import type { Dialect } from '../dialect.port';
import { createKebabInbound } from './inbound';
import { createKebabOutbound, KEBAB_EVENTS } from './outbound';
import { answerInKebabWords } from './status-words';

/** Seed 001: events with hyphens; its REST paths are part of the native ones. */
export const kebabDialect: Dialect = {
  name: KEBAB_DIALECT,
  serverEvents: KEBAB_EVENTS,
  inbound: createKebabInbound,
  outbound: createKebabOutbound,
  answer: answerInKebabWords,
};
