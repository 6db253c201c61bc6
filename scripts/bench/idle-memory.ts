import { type BenchRun, closePeople, openPeople, startAnother } from './bench-run';
import { median } from './figures';
import type { Room } from './parley-world';
import { ask } from './rpc';
import type { ServerName } from './servers';

const MEMORY_TIMEOUT_MS = 30_000;
/** Connections made and closed before, so that what is loaded or grown only once is not charged to the idle ones. */
const WARM_CONNECTIONS = 50;

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
  const target = `${name}:memory`;
  const loners = run.world.loners.slice(0, run.options.idleConnections);
  const rssWith = async (people: Room['people']): Promise<number> => {
    await openPeople(run, server, target, [{ chatId: '', people }]);
    return ask<number>(server.process, 'memory', undefined, MEMORY_TIMEOUT_MS);
  };
  await rssWith(loners.slice(0, WARM_CONNECTIONS));
  await closePeople(run, target);
  const before = await rssWith([]);
  const after = await rssWith(loners);
  await closePeople(run, target);
  await run.children.stop(server.process);
  return (after - before) / loners.length;
}
