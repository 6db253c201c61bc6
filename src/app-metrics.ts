import type { RequestHandler } from 'express';
import type { Config } from './config/env';
import { createMetricsController } from './controllers/metrics.controller';
import type { Connections } from './delivery/connections';
import { asObject, loadDocument, OPENAPI_PATH } from './docs/documents';
import type { EventBus } from './events/event-bus';
import { createLru } from './helpers/lru';
import { createTemplateFinder } from './helpers/route-templates';
import type { JournalObserver } from './journal/journal.types';
import { createHttpMetrics } from './middlewares/http-metrics';
import { createMetricsGuard } from './middlewares/metrics-guard';
import { CONNECT_OPTIONS } from './models/connect';
import { type PoolUse, watchPool } from './models/pool-use';
import { isDatabaseAway } from './models/reach';
import type { Metrics } from './providers/metrics/metrics.port';
import type { PushProvider } from './providers/push/push.port';
import { createMetricsRouter } from './routes/metrics.routes';
import type { ActivityService } from './services/activity.service';

/** What is over may be announced again; for so many calls that is remembered. */
const MAX_ENDED_CALLS = 1000;
const LIVE = new Set(['ringing', 'ongoing']);

/** The measuring of every answer. */
export function createHttpMeasuring(metrics: Metrics): RequestHandler {
  const templates = Object.keys(asObject(loadDocument(OPENAPI_PATH).paths));
  return createHttpMetrics(metrics, createTemplateFinder(templates));
}

/** `/metrics`. */
export function createMetricsRoutes(metrics: Metrics, config: Config, limit: RequestHandler) {
  const guard = createMetricsGuard({ token: config.metrics.token, trustProxy: config.trustProxy });
  return createMetricsRouter({ guards: [limit, guard], show: createMetricsController(metrics).show });
}

/** Counts what the journal writes: for the operator, and for the people who wrote it. */
export function observeJournal(
  metrics: Metrics,
  activity: Pick<ActivityService, 'noteMessages'>,
): JournalObserver {
  return {
    onWritten(messages) {
      for (const { content } of messages) metrics.messageWritten(content?.type ?? 'deleted');
      activity.noteMessages(messages);
    },
    onFlushed: metrics.journalFlushed,
  };
}

/** The same provider, which also counts what became of each push. */
export function countPushes(provider: PushProvider, metrics: Metrics): PushProvider {
  if (!provider.isConfigured) return provider;
  return {
    name: provider.name,
    isConfigured: true,
    async send(notes) {
      const outcomes = await provider.send(notes);
      for (const { kind } of outcomes) metrics.pushEnded(kind);
      return outcomes;
    },
    stop: () => provider.stop(),
  };
}

/** Counts what is announced, and shows what there is at the moment; `watchDatabase` once connected. */
export function startMeasuring(
  metrics: Metrics,
  parts: {
    bus: EventBus;
    connections: Connections;
    journal: { pending(): number };
    transports: () => number;
  },
): { watchDatabase(): void } {
  const { bus, connections, journal, transports } = parts;
  // What happened on other nodes these count themselves.
  bus.on('receipt.moved', ({ kind, fromSeq, toSeq }, origin) => {
    if (origin === 'here') metrics.receiptsMoved(kind, toSeq - fromSeq);
  });
  const ended = createLru<true>(MAX_ENDED_CALLS);
  bus.on('call.updated', ({ call }, origin) => {
    const id = String(call._id);
    if (origin === 'elsewhere' || LIVE.has(call.status) || ended.has(id)) return;
    ended.set(id, true);
    metrics.callEnded(call.status);
  });
  let pool: Readonly<PoolUse> = { inUse: 0, waiting: 0 };
  metrics.follow('sockets', 'Sockets that are signed in.', connections.size);
  metrics.follow(
    'socket_transports',
    'Connections of Socket.IO, signed in or not, and plain WebSockets.',
    transports,
  );
  metrics.follow('journal_pending', 'Messages and changes that wait to be written.', journal.pending);
  metrics.follow('database_away', '1 while everything is refused for want of a database.', () =>
    Number(isDatabaseAway()),
  );
  metrics.follow('mongo_pool_in_use', 'Connections to the database at work.', () => pool.inUse);
  metrics.follow('mongo_pool_waiting', 'Operations that wait for a connection.', () => pool.waiting);
  metrics.follow(
    'mongo_pool_max',
    'The most connections to the database.',
    () => CONNECT_OPTIONS.maxPoolSize,
  );
  return {
    watchDatabase() {
      pool = watchPool();
    },
  };
}
