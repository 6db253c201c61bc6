import { type BenchRun, closePeople, openPeople, startAnother } from './bench-run';
import { median } from './figures';
import type { Person } from './parley-world';
import { ask } from './rpc';
import type { ServerName } from './servers';

const MEMORY_TIMEOUT_MS = 30_000;
/**
 * Connections held besides: they load what is loaded once, and fill the free room that a start leaves in the heap, which
 * would let the first idle connections seem to cost nothing.
 */
const FILLING_CONNECTIONS = 500;

/** Resident bytes that one idle connection costs. */
export interface IdleFigures {
  parleyBytes: number;
  bareBytes: number;
}

/** And what Parley takes before anybody connects. */
export interface IdleResult {
  figures: IdleFigures;
  nodeBytes: number;
}

/** Growth of the resident memory over the idle connections, each time in a fresh process, garbage collected. */
export async function measureIdleMemory(run: BenchRun): Promise<IdleResult> {
  const bytes = new Map<ServerName, number[]>();
  const empty: number[] = [];
  for (let round = 1; round <= run.options.rounds; round += 1) {
    for (const name of run.names.filter((one) => one !== 'groupCommit')) {
      const { perConnection, atStart } = await measureOnce(run, name);
      if (name === 'parley') empty.push(atStart);
      run.log(`  idle connection ${name}: ${(perConnection / 1024).toFixed(1)} KB`);
      bytes.set(name, [...(bytes.get(name) ?? []), perConnection]);
    }
  }
  const medianOf = (name: ServerName): number => Math.round(median(bytes.get(name) ?? []));
  const figures = { parleyBytes: medianOf('parley'), bareBytes: medianOf('relay') };
  return { figures, nodeBytes: median(empty) };
}

async function measureOnce(
  run: BenchRun,
  name: ServerName,
): Promise<{ perConnection: number; atStart: number }> {
  const server = await startAnother(run, name);
  const loners = run.world.loners.slice(0, run.options.idleConnections);
  const fillers = run.world.pairs.flatMap(({ people }) => people).slice(0, FILLING_CONNECTIONS);
  const rss = (): Promise<number> => ask<number>(server.process, 'memory', undefined, MEMORY_TIMEOUT_MS);
  const rssWith = async (people: Person[]): Promise<number> => {
    await openPeople(run, server, `${name}:${people.length}`, [{ chatId: '', people }]);
    return rss();
  };
  const atStart = await rss();
  const before = await rssWith(fillers);
  const after = await rssWith(loners);
  for (const people of [fillers, loners]) await closePeople(run, `${name}:${people.length}`);
  await run.children.stop(server.process);
  return { perConnection: (after - before) / loners.length, atStart };
}
