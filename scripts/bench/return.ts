/** Everybody comes back at once: to a server that was just started, and after a cut of the network. */
import { setTimeout as delay } from 'node:timers/promises';
import { type BenchRun, closePeople, cpuOf, startAnother, tokenFor } from './bench-run';
import { median } from './figures';
import type { LoadClient, ReturnOutput } from './load.types';
import { ask } from './rpc';
import type { ServerName, ServerUnderTest } from './servers';

const RETURN_TIMEOUT_MS = 60_000;
/** What a return leaves to be written is written by then, and a cut is told to the others. */
const PAUSE_MS = 6000;
const TARGET = 'town';
const NAMES = ['parley', 'relay'] as const satisfies readonly ServerName[];
const TIMES = ['cold', 'again'] as const;

/** Until the last and until half of them are back, and what it costs for each of them. */
export interface ReturnCosts extends ReturnOutput {
  cpuMicros: number;
  mongodMicros: number;
  /** Sent to the database. */
  commands: number;
}

export interface ReturnFigures {
  people: number;
  parley: Record<(typeof TIMES)[number], ReturnCosts>;
  /** Bare Socket.IO, which asks nobody anything. */
  bare: Record<(typeof TIMES)[number], ReturnCosts>;
}

/** Every round a fresh process of each server; all connect, are cut off, and connect again. */
export async function measureReturn(run: BenchRun): Promise<ReturnFigures> {
  const measured = new Map<string, ReturnCosts[]>();
  for (let round = 1; round <= run.options.rounds; round += 1) {
    for (const name of NAMES) {
      const server = await startAnother(run, name);
      for (const time of TIMES) {
        const costs = await comeBack(run, server);
        run.log(
          `  ${name} ${time}: all in ${Math.round(costs.allMs)} ms, ${costs.commands.toFixed(1)} commands each`,
        );
        const key = `${name} ${time}`;
        measured.set(key, [...(measured.get(key) ?? []), costs]);
        await delay(PAUSE_MS);
        await closePeople(run, TARGET);
        await delay(PAUSE_MS);
      }
      await run.children.stop(server.process);
    }
  }
  const of = (name: ServerName) => {
    const [cold, again] = TIMES.map((time) => medianCosts(measured.get(`${name} ${time}`) ?? []));
    if (!cold || !again) throw new Error(`nothing was measured of ${name}`);
    return { cold, again };
  };
  return { people: run.world.town.people.length, parley: of('parley'), bare: of('relay') };
}

async function comeBack({ load, world, database }: BenchRun, server: ServerUnderTest): Promise<ReturnCosts> {
  const clients = world.town.people.map((person): LoadClient => {
    const token = tokenFor(server.name, person);
    if (server.name === 'parley') return { token, joins: [], syncs: true };
    const groups = world.town.groups.filter(({ people }) => people.includes(person));
    return { token, joins: groups.map(({ chatId }) => chatId) };
  });
  const used = () => Promise.all([cpuOf(server), database.cpuMicros(), database.commands()]);
  const before = await used();
  const input = { target: TARGET, port: server.port, clients };
  const took = await ask<ReturnOutput>(load, 'comeBack', input, RETURN_TIMEOUT_MS);
  const after = await used();
  const each = (i: 0 | 1 | 2): number => (after[i] - before[i]) / clients.length;
  return { ...took, cpuMicros: each(0), mongodMicros: each(1), commands: each(2) };
}

function medianCosts(rounds: ReturnCosts[]): ReturnCosts {
  const of = (name: keyof ReturnCosts): number =>
    Math.round(median(rounds.map((costs) => costs[name])) * 10) / 10;
  return {
    allMs: of('allMs'),
    halfMs: of('halfMs'),
    cpuMicros: of('cpuMicros'),
    mongodMicros: of('mongodMicros'),
    commands: of('commands'),
  };
}
