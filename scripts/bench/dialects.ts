import { type BenchRun, closePeople, drive, openPeople } from './bench-run';
import { medianRates, type Rates } from './figures';
import type { RunOutput } from './load.types';
import type { Room } from './parley-world';
import { startServer } from './servers';

const IN_FLIGHT = 4;

/** What the dialects cost those who speak none of them: native send-to-deliver with all of them on, and with none. */
export interface DialectFigures {
  pairs: number;
  inFlight: number;
  all: Rates;
  none: Rates;
}

/** Two servers on one database would be two nodes, so there is a fresh one for each round, with and without in turn. */
export async function measureDialects(run: BenchRun): Promise<DialectFigures> {
  const pairs = run.options.pairCounts[0] ?? 0;
  const rooms = run.world.pairs.slice(0, pairs);
  const all: Rates[] = [];
  const none: Rates[] = [];
  run.log(`${pairs} pairs x ${IN_FLIGHT} with all dialects and with none`);
  for (let round = 1; round <= run.options.rounds; round += 1) {
    all.push(await oneRound(run, rooms, 'all'));
    none.push(await oneRound(run, rooms, ''));
  }
  return { pairs, inFlight: IN_FLIGHT, all: medianRates(all), none: medianRates(none) };
}

async function oneRound(run: BenchRun, rooms: Room[], dialects: string): Promise<Rates> {
  const { serverOptions, children, log } = run;
  const parleyEnv = { ...serverOptions.parleyEnv, DIALECTS: dialects };
  const server = await startServer('parley', { ...serverOptions, parleyEnv, profileDir: undefined });
  await openPeople(run, server, server.name, rooms);
  const chatIds = rooms.map(({ chatId }) => chatId);
  const input = { target: server.name, chatIds, inFlight: IN_FLIGHT };
  // The first time loads everybody's chats and lets the code be compiled.
  await drive<RunOutput>(run, server, 'pairs', input);
  const { rate, p50, p99 } = await drive<RunOutput>(run, server, 'pairs', input);
  log(`  DIALECTS=${dialects}: ${Math.round(rate)}/s, ${p50.toFixed(1)} / ${p99.toFixed(1)} ms`);
  await closePeople(run, server.name);
  await children.stop(server.process);
  return { rate, p50, p99 };
}
