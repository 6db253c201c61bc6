import { setTimeout as delay } from 'node:timers/promises';
import { type BenchRun, closePeople, drive, openPeople } from './bench-run';
import { median } from './figures';
import type { RunOutput } from './load.types';
import type { Room } from './parley-world';
import type { ServerName } from './servers';

const IN_FLIGHT = 4;
const PAUSE_MS = 500;

/** Deliveries a second of one sender's messages to all other members. */
export interface FanoutFigures {
  members: number;
  parley: number;
  /** The relay without a database. */
  bare: number;
}

export interface FanoutResult {
  figures: FanoutFigures;
  groupCommit: number;
  /** Processor time of Parley for each delivery, in microseconds. */
  parleyMicros: number;
}

/** One group after the other, all members connected, one of them sending with four messages in flight. */
export async function measureFanout(run: BenchRun): Promise<FanoutResult[]> {
  const results: FanoutResult[] = [];
  for (const group of run.world.groups) {
    run.log(`connecting a group of ${group.people.length} to each server`);
    for (const server of run.servers) await openPeople(run, server, server.name, [group]);
    results.push(await measureGroup(run, group));
    for (const server of run.servers) await closePeople(run, server.name);
  }
  return results;
}

async function measureGroup(run: BenchRun, { chatId, people }: Room): Promise<FanoutResult> {
  const rates = new Map<ServerName, number[]>();
  const micros: number[] = [];
  for (let round = 1; round <= run.options.rounds; round += 1) {
    for (const server of run.servers) {
      const input = { target: server.name, chatId, inFlight: IN_FLIGHT };
      const { rate, cpuMicros } = await drive<RunOutput>(run, server, 'fanout', input);
      run.log(
        `  ${people.length} members ${server.name}: ${Math.round(rate)}/s, ${cpuMicros.toFixed(1)} us each`,
      );
      if (server.name === 'parley') micros.push(cpuMicros);
      rates.set(server.name, [...(rates.get(server.name) ?? []), rate]);
      await delay(PAUSE_MS);
    }
  }
  const medianOf = (name: ServerName): number => Math.round(median(rates.get(name) ?? []));
  return {
    figures: { members: people.length, parley: medianOf('parley'), bare: medianOf('relay') },
    groupCommit: medianOf('groupCommit'),
    parleyMicros: median(micros),
  };
}
