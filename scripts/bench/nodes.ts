/** One node against two on the same database: what they carry together, and what it costs a message to cross. */
import { setTimeout as delay } from 'node:timers/promises';
import { type BenchRun, closePeople, cpuOf } from './bench-run';
import { median, medianRates, type Rates } from './figures';
import type { LoadClient, RunOutput } from './load.types';
import { ask } from './rpc';
import { type ServerUnderTest, startServer } from './servers';

const OPEN_TIMEOUT_MS = 120_000;
const RUN_TIMEOUT_MS = 60_000;
const PAUSE_MS = 500;
const TARGET = 'nodes';

/** Where the two of a pair are connected. */
type Places = 'one node' | 'half on each' | 'across';
const PLACES: readonly Places[] = ['one node', 'half on each', 'across'];

export type PlacedRates = Rates & {
  /** Processor time of each node a message that was delivered, in microseconds. */
  cpuMicros: number[];
  /** Share of one processor that each node used. */
  cpuShare: number[];
};

export interface NodesFigures {
  pairs: number;
  inFlight: number;
  oneNode: PlacedRates;
  twoNodes: PlacedRates;
  crossNode: PlacedRates;
}

/** Every round one node alone first, then a second one beside it; a node that is alone tells nobody, so it must be alone. */
export async function measureNodes(run: BenchRun): Promise<NodesFigures[]> {
  const { options, log } = run;
  const pairs = options.pairCounts[0] ?? 0;
  const measured = new Map<string, PlacedRates[]>();
  const keyOf = (places: Places, inFlight: number): string => `${places} x ${inFlight}`;
  for (let round = 1; round <= options.rounds; round += 1) {
    const nodes = [await startNode(run)];
    for (const places of PLACES) {
      if (places === 'half on each') nodes.push(await startNode(run));
      await openPairs(run, nodes, pairs, places);
      // The first time loads everybody's chats and lets the code be compiled.
      await drivePairs(run, nodes, pairs, options.inFlights.at(-1) ?? 1);
      for (const inFlight of options.inFlights) {
        const rates = await drivePairs(run, nodes, pairs, inFlight);
        const key = keyOf(places, inFlight);
        measured.set(key, [...(measured.get(key) ?? []), rates]);
        log(`  ${pairs} x ${inFlight}, ${places}: ${describe(rates)}`);
        await delay(PAUSE_MS);
      }
      await closePeople(run, TARGET);
    }
    for (const node of nodes) await run.children.stop(node.process);
  }
  return options.inFlights.map((inFlight) => {
    const of = (places: Places): PlacedRates => medianPlaced(measured.get(keyOf(places, inFlight)) ?? []);
    return {
      pairs,
      inFlight,
      oneNode: of('one node'),
      twoNodes: of('half on each'),
      crossNode: of('across'),
    };
  });
}

function startNode({ serverOptions }: BenchRun): Promise<ServerUnderTest> {
  const parleyEnv = { ...serverOptions.parleyEnv, SOCKET_ADAPTER: 'mongo' };
  return startServer('parley', { ...serverOptions, parleyEnv, profileDir: undefined });
}

async function openPairs(
  run: BenchRun,
  nodes: ServerUnderTest[],
  pairs: number,
  places: Places,
): Promise<void> {
  const [a, b = a] = nodes.map(({ port }) => port);
  const clients = run.world.pairs.slice(0, pairs).flatMap(({ people }, i): LoadClient[] =>
    people.map(({ token }, side) => {
      const isOnSecond = places === 'across' ? side === 1 : i % 2 === 1;
      return { token, joins: [], port: isOnSecond ? b : a };
    }),
  );
  await ask(run.load, 'open', { target: TARGET, port: a, clients }, OPEN_TIMEOUT_MS);
}

async function drivePairs(
  run: BenchRun,
  nodes: ServerUnderTest[],
  pairs: number,
  inFlight: number,
): Promise<PlacedRates> {
  const { warmMs, measureMs } = run.options;
  const chatIds = run.world.pairs.slice(0, pairs).map(({ chatId }) => chatId);
  const before = await Promise.all(nodes.map(cpuOf));
  const startedAt = performance.now();
  const input = { target: TARGET, chatIds, inFlight, warmMs, measureMs };
  const { rate, p50, p99, delivered } = await ask<RunOutput>(run.load, 'pairs', input, RUN_TIMEOUT_MS);
  const micros = (performance.now() - startedAt) * 1000;
  const used = (await Promise.all(nodes.map(cpuOf))).map((after, i) => after - (before[i] ?? 0));
  const cpuMicros = used.map((cpu) => cpu / Math.max(1, delivered));
  return { rate, p50, p99, cpuMicros, cpuShare: used.map((cpu) => cpu / micros) };
}

function medianPlaced(rounds: PlacedRates[]): PlacedRates {
  const medianOf = (read: (rates: PlacedRates) => number[]): number[] =>
    (rounds[0] ? read(rounds[0]) : []).map((_, i) => median(rounds.map((rates) => read(rates)[i] ?? 0)));
  return {
    ...medianRates(rounds),
    cpuMicros: medianOf(({ cpuMicros }) => cpuMicros).map(Math.round),
    cpuShare: medianOf(({ cpuShare }) => cpuShare).map((share) => Math.round(share * 100) / 100),
  };
}

function describe({ rate, p50, p99, cpuShare }: PlacedRates): string {
  const shares = cpuShare.map((share) => `${Math.round(share * 100)} %`).join(' + ');
  return `${Math.round(rate)}/s, ${p50.toFixed(1)} / ${p99.toFixed(1)} ms, processor ${shares}`;
}
