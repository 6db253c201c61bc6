import type { ChildProcess } from 'node:child_process';
import type { Children } from './children';
import type { DatabaseProbe } from './database-probe';
import type { RunTimes } from './load.types';
import type { BenchOptions } from './options';
import type { Person, Room, World } from './parley-world';
import { ask } from './rpc';
import { type ServerName, type ServerOptions, type ServerUnderTest, startServer } from './servers';

const OPEN_TIMEOUT_MS = 120_000;
const RUN_TIMEOUT_MS = 60_000;

/** What every case of a run works with. */
export interface BenchRun {
  options: BenchOptions;
  names: readonly ServerName[];
  servers: readonly ServerUnderTest[];
  serverOptions: ServerOptions;
  children: Children;
  load: ChildProcess;
  database: DatabaseProbe;
  world: World;
  log: (line: string) => void;
}

/** Opens a connection for each person on a server, under the name `target`. */
export async function openPeople(
  run: BenchRun,
  server: ServerUnderTest,
  target: string,
  rooms: Room[],
): Promise<void> {
  const clients = rooms.flatMap(({ chatId, people }) =>
    people.map((person) => ({
      token: tokenFor(server.name, person),
      // Parley knows its members from the database; a relay has to be told.
      joins: server.name === 'parley' || chatId === '' ? [] : [chatId],
    })),
  );
  await ask(run.load, 'open', { target, port: server.port, clients }, OPEN_TIMEOUT_MS);
}

/** A relay takes the id as the token and so sends frames as large as Parley's. */
export function tokenFor(name: ServerName, { id, token }: Person): string {
  return name === 'parley' ? token : id;
}

export async function closePeople(run: BenchRun, target: string): Promise<void> {
  await ask(run.load, 'close', { target }, RUN_TIMEOUT_MS);
}

/** Processor time for each message delivered, in microseconds: of the server, and of mongod meanwhile. */
export interface CpuCosts {
  cpuMicros: number;
  mongodMicros: number;
}

/** Has the load drive one server, and adds what that cost. */
export async function drive<T extends { delivered: number }>(
  run: BenchRun,
  server: ServerUnderTest,
  command: 'pairs' | 'fanout',
  input: object,
): Promise<T & CpuCosts> {
  const { warmMs, measureMs } = run.options;
  const times: RunTimes = { warmMs, measureMs };
  const used = () => Promise.all([cpuOf(server), run.database.cpuMicros()]);
  const before = await used();
  const output = await ask<T>(run.load, command, { ...input, ...times }, RUN_TIMEOUT_MS);
  const after = await used();
  const perMessage = (i: 0 | 1): number => (after[i] - before[i]) / Math.max(1, output.delivered);
  return { ...output, cpuMicros: perMessage(0), mongodMicros: perMessage(1) };
}

/** Processor time that a server used since its start, in microseconds. */
export function cpuOf(server: ServerUnderTest): Promise<number> {
  return ask<number>(server.process, 'cpu', undefined, RUN_TIMEOUT_MS);
}

/** Starts one more process of a server, apart from those of the run. */
export function startAnother(run: BenchRun, name: ServerName): Promise<ServerUnderTest> {
  return startServer(name, { ...run.serverOptions, profileDir: undefined });
}
