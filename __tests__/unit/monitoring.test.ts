/** The dashboard and the alerts name only what `/metrics` serves. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { load } from 'js-yaml';
import { startMeasuring } from '../../src/app-metrics';
import { createConnections } from '../../src/delivery/connections';
import { createEventBus } from '../../src/events/event-bus';
import { createPrometheusMetrics } from '../../src/providers/metrics/prometheus.metrics';

const DIR = path.join(__dirname, '../../docs/monitoring');
const read = (name: string) => readFileSync(path.join(DIR, name), 'utf8');
/** What Prometheus itself adds to each series, and its own series of a scrape. */
const ADDED = ['instance', 'job', 'le'];
const OWN = 'up';

interface Panel {
  title: string;
  targets?: Array<{ expr: string }>;
}
const dashboard = JSON.parse(read('grafana-dashboard.json')) as { panels: Panel[] };
const alerts = load(read('prometheus-alerts.yml')) as {
  groups: Array<{ rules: Array<{ alert: string; expr: string }> }>;
};
const expressions = [
  ...dashboard.panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => [title, expr] as const)),
  ...alerts.groups.flatMap(({ rules }) => rules.map(({ alert, expr }) => [alert, expr] as const)),
];

/** The labels of each series, once each thing that is measured happened. */
async function served(): Promise<Map<string, Set<string>>> {
  const metrics = createPrometheusMetrics();
  const bus = createEventBus(() => undefined);
  startMeasuring(metrics, {
    bus,
    connections: createConnections(),
    journal: { pending: () => 0 },
    transports: () => 0,
  });
  metrics.httpAnswered({ method: 'GET', route: '/api/chats', status: 200, seconds: 0.01 });
  metrics.eventServed('send_message', 'ok');
  metrics.messageWritten('text');
  metrics.journalFlushed({ rows: 1, seconds: 0.01 });
  metrics.receiptsMoved('read', 1);
  metrics.callEnded('ended');
  metrics.pushEnded('sent');
  const series = new Map<string, Set<string>>();
  for (const line of (await metrics.exposition()).text.split('\n')) {
    const [, name, labels = ''] = /^([a-z_0-9]+)(?:\{([^}]*)\})? /.exec(line) ?? [];
    if (name === undefined) continue;
    const known = series.get(name) ?? new Set();
    for (const [, label = ''] of labels.matchAll(/(\w+)="/g)) known.add(label);
    series.set(name, known);
  }
  return series;
}

/** The series that an expression names, and all labels it names anywhere. */
function parse(expr: string): { names: string[]; labels: string[] } {
  const selectors = [...expr.matchAll(/\{([^}]*)\}/g)].flatMap(([, inside = '']) => inside);
  const grouped = [...expr.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, inside = '']) => inside.split(','));
  const matched = selectors.flatMap((inside) =>
    [...inside.matchAll(/(\w+)\s*(?:=~|!=|!~|=)/g)].map(([, label = '']) => label),
  );
  const bare = expr.replace(/\{[^}]*\}|\[[^\]]*\]|\bby \([^)]*\)/g, ' ');
  const names = [...bare.matchAll(/\b[a-z][a-z_0-9]*\b(?!\s*\()/g)].map(([name]) => name);
  return { names: [...new Set(names)], labels: [...grouped, ...matched].map((label) => label.trim()) };
}

it.each(expressions)('%s is drawn from series and labels that are served', async (_title, expr) => {
  const series = await served();
  const { names, labels } = parse(expr);
  expect(names.length).toBeGreaterThan(0);
  const known = [...series.keys(), OWN];
  expect(known).toEqual(expect.arrayContaining(names));
  const own = names.flatMap((name) => [...(series.get(name) ?? [])]);
  expect([...own, ...ADDED]).toEqual(expect.arrayContaining(labels));
});

it('every metric of the product is on the dashboard', async () => {
  const drawn = new Set(
    dashboard.panels.flatMap(({ targets = [] }) => targets.flatMap(({ expr }) => parse(expr).names)),
  );
  const base = (name: string) => name.replace(/_(bucket|sum|count)$/, '');
  const shown = new Set([...drawn].map(base));
  const own = [...(await served()).keys()].filter((name) => name.startsWith('parley_'));
  expect([...shown]).toEqual(expect.arrayContaining([...new Set(own.map(base))]));
});

it('the documentation of alerts and this file name the same', () => {
  const page = readFileSync(path.join(DIR, '../operations.md'), 'utf8');
  expect(page).toContain('monitoring/grafana-dashboard.json');
  expect(page).toContain('monitoring/prometheus-alerts.yml');
});
