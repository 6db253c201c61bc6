/**
 * `npm run chaos`: two nodes of the built server on a replica set of three, with random clients, under kills, stand-downs and lost
 * connections; then everything is compared (docs/chaos.md). It leaves no process behind, however it ends.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type ChaosOptions, readOptions, USAGE } from './options';
import { createProcesses } from './processes';
import { runChaos } from './run';
import type { Tally } from './tally';

const REPOSITORY = path.join(__dirname, '..', '..');
/** What comes on top of the traffic takes no longer, unless it hangs. */
const REST_AT_MOST_MS = 5 * 60_000;

const startedAt = Date.now();
const log = (line: string): void =>
  console.error(`${((Date.now() - startedAt) / 1000).toFixed(1).padStart(6)} s  ${line}`);

async function main(options: ChaosOptions): Promise<boolean> {
  const processes = createProcesses();
  const dir = mkdtempSync(path.join(os.tmpdir(), 'parley-chaos-'));
  let isClean = false;
  const aborted = new Promise<never>((_, reject) => {
    const abort = (why: string) => (): void => reject(new Error(why));
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      process.on(signal, abort(`stopped by ${signal}`));
    setTimeout(abort('the run hangs, given up'), options.seconds * 1000 + REST_AT_MOST_MS).unref();
  });
  try {
    log(`seed ${options.seed}`);
    execFileSync(process.execPath, [path.join(REPOSITORY, 'scripts', 'build-if-stale.cjs')], {
      cwd: REPOSITORY,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const tally = await Promise.race([runChaos(options, { dir, processes, log }), aborted]);
    publish(tally, options);
    isClean = tally.isClean();
    return isClean;
  } finally {
    await processes.killAll();
    if (isClean) rmSync(dir, { recursive: true, force: true });
    else console.error(`The logs of the servers are in ${dir}`);
  }
}

function publish(tally: Tally, { seconds, seed, jsonFile }: ChaosOptions): void {
  const { acked, kills, counts } = tally;
  for (const line of tally.lines()) console.error(line);
  const { lost, duplicated, reordered, diverged, staleSocketIds } = counts;
  const result = { acked, lost, duplicated, reordered, diverged, kills, staleSocketIds, seconds, seed };
  console.log(JSON.stringify(result));
  if (jsonFile) writeFileSync(jsonFile, `${JSON.stringify(result, null, 2)}\n`);
}

function readOptionsOrExit(): ChaosOptions {
  try {
    const options = readOptions(process.argv.slice(2));
    if (options) return options;
    console.log(USAGE);
    process.exit(0);
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${USAGE}`);
    process.exit(2);
  }
}

main(readOptionsOrExit()).then(
  (isClean) => process.exit(isClean ? 0 : 1),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  },
);
