import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Metrics } from './metrics.port';

const PREFIX = 'parley_';
const HTTP_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];
const FLUSH_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 10];
const ROWS_BUCKETS = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1000];

/** Metrics in a registry of their own, with those of the process. The names are listed in docs/operations.md. */
export function createPrometheusMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const counter = <Label extends string>(name: string, help: string, labelNames: Label[]) =>
    new Counter({ name: PREFIX + name, help, labelNames, registers });
  const histogram = <Label extends string>(
    name: string,
    help: string,
    buckets: number[],
    labelNames: Label[],
  ) => new Histogram({ name: PREFIX + name, help, buckets, labelNames, registers });

  const http = histogram(
    'http_request_duration_seconds',
    'Time from a request to the end of its answer, by method, route and class of status.',
    HTTP_BUCKETS,
    ['method', 'route', 'status'],
  );
  const events = counter('socket_events_total', 'Events from clients, by name and how they were answered.', [
    'event',
    'outcome',
  ]);
  const messages = counter('messages_total', 'Messages that are on disk in a majority, by type.', ['type']);
  const flushes = histogram(
    'journal_flush_duration_seconds',
    'Time of one write of the journal, until the database confirmed it.',
    FLUSH_BUCKETS,
    [],
  );
  const rows = histogram('journal_flush_rows', 'Messages and changes in one write.', ROWS_BUCKETS, []);
  const receipts = counter('receipts_total', 'Messages delivered to a member, or read by one.', ['kind']);
  const calls = counter('calls_total', 'Calls that are over, by how they ended.', ['status']);
  const pushes = counter('pushes_total', 'Pushes, by what became of them.', ['outcome']);

  return {
    httpAnswered: ({ method, route, status, seconds }) =>
      http.observe({ method, route, status: `${Math.floor(status / 100)}xx` }, seconds),
    eventServed: (event, outcome) => events.inc({ event, outcome }),
    messageWritten: (type) => messages.inc({ type }),
    journalFlushed(sample) {
      flushes.observe(sample.seconds);
      rows.observe(sample.rows);
    },
    receiptsMoved: (kind, count) => receipts.inc({ kind }, count),
    callEnded: (status) => calls.inc({ status }),
    pushEnded: (outcome) => pushes.inc({ outcome }),
    follow(name, help, read) {
      new Gauge({
        name: PREFIX + name,
        help,
        registers,
        collect() {
          this.set(read());
        },
      });
    },
    exposition: async () => ({ contentType: registry.contentType, text: await registry.metrics() }),
  };
}
