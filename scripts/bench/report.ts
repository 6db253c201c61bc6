import os from 'node:os';
import type { DialectFigures } from './dialects';
import type { FanoutResult } from './fanout';
import type { Rates } from './figures';
import type { IdleFigures, IdleResult } from './idle-memory';
import type { BenchOptions } from './options';
import type { SendResult } from './send-to-deliver';
import { sizingLines, sizingOf } from './sizing';

/** What the product promises against baseline (b): at least this share of its rate, less than this multiple of its p99. */
const MIN_RATE_RATIO = 0.5;
const MAX_P99_RATIO = 5;

export interface BenchResults {
  sends: SendResult[];
  idle: IdleResult;
  fanout: FanoutResult[];
  /** Not measured without Parley. */
  dialects: DialectFigures | undefined;
  messageBytesOnDisk: number;
}

/** The figures alone, as `--json` writes them. */
export function toJson(results: BenchResults): string {
  const { sends, idle, fanout, dialects } = results;
  const figures = {
    sendToDeliver: sends.map((result) => result.figures),
    idleConnection: idle.figures,
    fanout: fanout.map((result) => result.figures),
    dialects,
    sizing: sizingOf(results),
  };
  return `${JSON.stringify(figures, null, 2)}\n`;
}

/** What the figures were measured on, in one line. */
export function describeMachine(mongodVersion: string): string {
  const cores = os.cpus();
  const memory = Math.round(os.totalmem() / 2 ** 30);
  return `Node ${process.version}, mongod ${mongodVersion}, ${cores.length} cores (${cores[0]?.model.trim()}), ${memory} GB, ${os.type()} ${os.release()}`;
}

/** The tables a person reads, with the ratios to the baselines. */
export function toText(results: BenchResults, options: BenchOptions): string {
  const { rounds, measureMs, hasEcho } = options;
  const sizing = sizingOf(results);
  const echo = hasEcho ? 'the sender hears its own message too' : 'only Parley echoes to the sender';
  return [
    `Medians of ${rounds} alternating rounds of ${measureMs / 1000} s each; ${echo}.`,
    '',
    'SEND TO DELIVER (messages/s, p50 / p99 in ms from send to the peer; x = Parley to (b))',
    ...table(sendRows(results.sends)),
    ...(options.skipsParley ? [] : [verdict(results.sends)]),
    '',
    'FAN-OUT, one sender with 4 in flight (deliveries/s)',
    ...table(fanoutRows(results.fanout)),
    '',
    ...(results.dialects ? dialectLines(results.dialects) : []),
    'IDLE CONNECTION (resident memory)',
    ...table(idleRows(results.idle.figures)),
    ...(sizing ? ['', ...sizingLines(sizing)] : []),
  ].join('\n');
}

function sendRows(sends: SendResult[]): string[][] {
  const header = ['pairs', 'in flight', 'idle', 'Parley', '(a) relay', '(b) group commit'];
  header.push('rate x', 'p99 x', 'server us/message', 'load busy');
  return [
    header,
    ...sends.map(({ figures, details }) => {
      const { parley, relay, groupCommit } = figures;
      const { cpuMicros } = details;
      return [
        String(figures.pairs),
        String(figures.inFlight),
        String(figures.idle ?? 0),
        ...[parley, relay, groupCommit].map(ratesText),
        ratio(parley.rate, groupCommit.rate),
        ratio(parley.p99, groupCommit.p99),
        [cpuMicros.parley, cpuMicros.relay, cpuMicros.groupCommit].map(microsText).join(' / '),
        `${Math.round(details.loadShare * 100)} %`,
      ];
    }),
  ];
}

function verdict(sends: SendResult[]): string {
  const missed = sends.filter(({ figures: { parley, groupCommit } }) => {
    const isSlow = parley.rate < MIN_RATE_RATIO * groupCommit.rate;
    return isSlow || parley.p99 >= MAX_P99_RATIO * groupCommit.p99;
  });
  const where = missed.map(
    ({ figures: { pairs, inFlight, idle = 0 } }) => `${pairs} x ${inFlight}, ${idle} idle`,
  );
  const outcome = missed.length === 0 ? 'met in every case' : `missed in: ${where.join('; ')}`;
  return `Target, rate x >= ${MIN_RATE_RATIO} and p99 x < ${MAX_P99_RATIO}: ${outcome}.`;
}

function ratesText({ rate, p50, p99 }: Rates): string {
  return `${rate}  ${p50.toFixed(1)} / ${p99.toFixed(1)}`;
}

function microsText(micros: number | undefined): string {
  return micros === undefined ? '-' : micros.toFixed(0);
}

function fanoutRows(fanout: FanoutResult[]): string[][] {
  return [
    ['members', 'Parley', '(a) relay', '(b) group commit', 'to (a)', 'to (b)'],
    ...fanout.map(({ figures, groupCommit }) => [
      ...[figures.members, figures.parley, figures.bare, groupCommit].map(String),
      ratio(figures.parley, figures.bare),
      ratio(figures.parley, groupCommit),
    ]),
  ];
}

function dialectLines({ pairs, inFlight, all, none }: DialectFigures): string[] {
  return [
    `NATIVE SEND TO DELIVER WITH AND WITHOUT DIALECTS, ${pairs} pairs x ${inFlight} in flight`,
    ...table([
      ['all of them', 'none', 'rate x', 'p99 x'],
      [ratesText(all), ratesText(none), ratio(all.rate, none.rate), ratio(all.p99, none.p99)],
    ]),
    '',
  ];
}

function idleRows({ parleyBytes, bareBytes }: IdleFigures): string[][] {
  const kilobytes = (bytes: number): string => `${(bytes / 1024).toFixed(1)} KB`;
  return [
    ['Parley', 'bare Socket.IO', 'x'],
    [kilobytes(parleyBytes), kilobytes(bareBytes), ratio(parleyBytes, bareBytes)],
  ];
}

function ratio(value: number, base: number): string {
  return base > 0 ? (value / base).toFixed(2) : '-';
}

/** Right-aligned columns, two spaces apart. */
export function table(rows: string[][]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) => row.map((cell, column) => cell.padStart(widths[column] ?? 0)).join('   '));
}
