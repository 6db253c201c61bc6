import { setTimeout as delay } from 'node:timers/promises';
import { type BenchRun, type CpuCosts, closePeople, drive, openPeople } from './bench-run';
import { median, medianRates, type Rates } from './figures';
import type { RunOutput } from './load.types';
import type { Room } from './parley-world';
import type { ServerName } from './servers';

/** What a server writes behind its acknowledgements must not fall into the next server's time. */
const PAUSE_MS = 500;
/** One round before each stage counts for nothing: it loads everybody's chats and lets the code be compiled. */
const WARM_UP_IN_FLIGHT = 4;

export interface SendCase {
  pairs: number;
  inFlight: number;
  /** Further connections held open on the same server, which do nothing. */
  idle?: number;
}

export type SendFigures = SendCase & Record<ServerName, Rates>;

/** What explains the figures: processor time a message in the server, in mongod with Parley, and how busy the load was at most. */
export interface SendDetails {
  cpuMicros: Partial<Record<ServerName, number>>;
  mongodMicros: number;
  loadShare: number;
}

export interface SendResult {
  figures: SendFigures;
  details: SendDetails;
}

/** Send-to-deliver of all cases of the run; connections stay open between cases with the same people. */
export async function measureSends(run: BenchRun): Promise<SendResult[]> {
  const { pairCounts, idleConnections } = run.options;
  const [fewest = 0] = pairCounts;
  const stages = [
    { pairs: fewest, idle: 0 },
    { pairs: fewest, idle: idleConnections },
    ...pairCounts.slice(1).map((pairs) => ({ pairs, idle: 0 })),
  ];
  const results: SendResult[] = [];
  for (const stage of stages) {
    const rooms = run.world.pairs.slice(0, stage.pairs);
    run.log(`connecting ${stage.pairs} pairs${stage.idle ? ` and ${stage.idle} idle` : ''} to each server`);
    for (const server of run.servers) {
      await openPeople(run, server, server.name, rooms);
      if (stage.idle > 0) await openPeople(run, server, `${server.name}:idle`, idlers(run, stage.idle));
    }
    await oneRound(run, rooms, WARM_UP_IN_FLIGHT);
    for (const inFlight of run.options.inFlights) {
      const idle = stage.idle > 0 ? { idle: stage.idle } : {};
      results.push(await measureCase(run, { pairs: stage.pairs, inFlight, ...idle }, rooms));
    }
    for (const server of run.servers) {
      await closePeople(run, server.name);
      await closePeople(run, `${server.name}:idle`);
    }
  }
  return results;
}

function idlers(run: BenchRun, count: number): Room[] {
  return [{ chatId: '', people: run.world.loners.slice(0, count) }];
}

async function measureCase(run: BenchRun, sendCase: SendCase, rooms: Room[]): Promise<SendResult> {
  const rounds: Map<ServerName, ServerRun>[] = [];
  for (let round = 1; round <= run.options.rounds; round += 1) {
    rounds.push(await oneRound(run, rooms, sendCase.inFlight));
  }
  const runsOf = (name: ServerName): ServerRun[] => rounds.flatMap((round) => round.get(name) ?? []);
  const ratesOf = (name: ServerName): Rates => medianRates(runsOf(name));
  const cpuMicros: SendDetails['cpuMicros'] = {};
  for (const name of run.names) cpuMicros[name] = median(runsOf(name).map((one) => one.cpuMicros));
  const mongodMicros = median(runsOf('parley').map((one) => one.mongodMicros));
  const shares = run.names.flatMap((name) => runsOf(name).map((one) => one.loadShare));
  const rates = {
    parley: ratesOf('parley'),
    relay: ratesOf('relay'),
    groupCommit: ratesOf('groupCommit'),
  };
  const details = { cpuMicros, mongodMicros, loadShare: Math.max(...shares) };
  return { figures: { ...sendCase, ...rates }, details };
}

type ServerRun = RunOutput & CpuCosts;

/** Every server once, in turn, so that a disturbance of the machine meets them alike. */
async function oneRound(run: BenchRun, rooms: Room[], inFlight: number): Promise<Map<ServerName, ServerRun>> {
  const chatIds = rooms.map(({ chatId }) => chatId);
  const round = new Map<ServerName, ServerRun>();
  for (const server of run.servers) {
    const input = { target: server.name, chatIds, inFlight };
    const output = await drive<RunOutput>(run, server, 'pairs', input);
    const { rate, p50, p99 } = output;
    run.log(
      `  ${chatIds.length} x ${inFlight} ${server.name}: ${Math.round(rate)}/s, ${p50.toFixed(1)} / ${p99.toFixed(1)} ms`,
    );
    round.set(server.name, output);
    await delay(PAUSE_MS);
  }
  return round;
}
