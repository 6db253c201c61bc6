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

/** Growth of the resident memory over the idle connections, each time in a fresh process, garbage collected. */
export async function measureIdleMemory(run: BenchRun): Promise<IdleFigures> {
  const bytes = new Map<ServerName, number[]>();
  for (let round = 1; round <= run.options.rounds; round += 1) {
    for (const name of run.names.filter((one) => one !== 'groupCommit')) {
      const perConnection = await measureOnce(run, name);
      run.log(`  idle connection ${name}: ${(perConnection / 1024).toFixed(1)} KB`);
      bytes.set(name, [...(bytes.get(name) ?? []), perConnection]);
    }
  }
  const medianOf = (name: ServerName): number => Math.round(median(bytes.get(name) ?? []));
  return { parleyBytes: medianOf('parley'), bareBytes: medianOf('relay') };
}

async function measureOnce(run: BenchRun, name: ServerName): Promise<number> {
  const server = await startAnother(run, name);
  const loners = run.world.loners.slice(0, run.options.idleConnections);
  const fillers = run.world.pairs.flatMap(({ people }) => people).slice(0, FILLING_CONNECTIONS);
  const rssWith = async (people: Person[]): Promise<number> => {
    await openPeople(run, server, `${name}:${people.length}`, [{ chatId: '', people }]);
    return ask<number>(server.process, 'memory', undefined, MEMORY_TIMEOUT_MS);
  };
  const before = await rssWith(fillers);
  const after = await rssWith(loners);
  for (const people of [fillers, loners]) await closePeople(run, `${name}:${people.length}`);
  await run.children.stop(server.process);
  return (after - before) / loners.length;
}
