/**
 * `npm run bench`: Parley and two baselines on one mongod of the embedded kind, in one run on one machine
 * (design section 8, docs/bench.md). It leaves no process and no file behind, however it ends.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { loadConfig } from '../../src/config/env';
import { type EmbeddedMongod, startEmbeddedMongod } from '../../src/embedded/mongod';
import { findMongodBinary } from '../../src/embedded/mongod-binary';
import type { BenchRun } from './bench-run';
import { type Children, createChildren } from './children';
import { type DatabaseProbe, openDatabaseProbe } from './database-probe';
import { measureDialects } from './dialects';
import { measureFanout } from './fanout';
import { measureIdleMemory } from './idle-memory';
import { measureNodes } from './nodes';
import { type BenchOptions, readOptions, USAGE } from './options';
import { makeParleyEnv } from './parley-env';
import { buildWorld } from './parley-world';
import { type BenchResults, describeMachine, toJson, toText } from './report';
import { nodesText } from './report-nodes';
import { returnText } from './report-return';
import { measureReturn } from './return';
import { measureSends } from './send-to-deliver';
import { SERVER_NAMES, type ServerOptions, type ServerUnderTest, startServer } from './servers';

/** Nothing takes this long unless it hangs. */
const DEADLINE_MS = 10 * 60_000;
const REPOSITORY = path.join(__dirname, '..', '..');

/** What a run found, for a person and for a machine. */
interface Report {
  text: string;
  json: string;
}

const log = (line: string): void => console.error(line);

async function main(options: BenchOptions): Promise<void> {
  const children = createChildren();
  const workDir = mkdtempSync(path.join(os.tmpdir(), 'parley-bench-'));
  let mongod: EmbeddedMongod | undefined;
  let database: DatabaseProbe | undefined;
  const aborted = new Promise<never>((_, reject) => {
    const abort = (why: string) => (): void => reject(new Error(why));
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      process.on(signal, abort(`stopped by ${signal}`));
    setTimeout(abort('the bench hangs, given up'), DEADLINE_MS).unref();
  });
  try {
    if (!options.skipsParley) build();
    const starting = startMongod(path.join(workDir, 'mongod')).then((started) => {
      mongod = started;
    });
    await Promise.race([starting, aborted]).catch(async (error) => {
      await starting.catch(() => undefined);
      throw error;
    });
    const mongoUri = mongod?.uri ?? '';
    database = await openDatabaseProbe(mongoUri);
    const results = measure(options, { children, workDir, mongoUri, database });
    publish(await Promise.race([results, aborted]), options.jsonFile);
  } finally {
    await children.stopAll();
    await database?.close();
    await mongod?.stop();
    rmSync(workDir, { recursive: true, force: true });
  }
}

function build(): void {
  log('building Parley if needed');
  execFileSync(process.execPath, [path.join(REPOSITORY, 'scripts', 'build-if-stale.cjs')], {
    cwd: REPOSITORY,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

async function startMongod(dataDir: string): Promise<EmbeddedMongod> {
  const { HOME, XDG_CACHE_HOME, MONGOMS_SYSTEM_BINARY } = process.env;
  const { systemBinary, cacheDir } = loadConfig({ HOME, XDG_CACHE_HOME, MONGOMS_SYSTEM_BINARY }).mongo;
  const binary = await findMongodBinary({ systemBinary, cacheDir, log });
  return startEmbeddedMongod({ dataDir, binary, log });
}

async function measure(
  options: BenchOptions,
  ground: { children: Children; workDir: string; mongoUri: string; database: DatabaseProbe },
): Promise<Report> {
  const { children, workDir, mongoUri, database } = ground;
  const parleyEnv = makeParleyEnv(mongoUri, path.join(workDir, 'parley'));
  const world = await buildWorld(parleyEnv, {
    pairs: Math.max(...options.pairCounts),
    groups: options.groupSizes,
    loners: options.idleConnections,
    town: options.townPeople,
  });
  console.log(describeMachine(world.mongodVersion));
  const { hasEcho, profileDir } = options;
  const serverOptions: ServerOptions = { children, mongoUri, parleyEnv, hasEcho, profileDir };
  const load = children.start(require.resolve('./load.ts'));
  const run: BenchRun = {
    options,
    names: [],
    servers: [],
    serverOptions,
    children,
    load,
    world,
    database,
    log,
  };
  if (options.isOfNodes) {
    const nodes = await measureNodes(run);
    return { text: nodesText(nodes, options), json: `${JSON.stringify({ nodes }, null, 2)}\n` };
  }
  if (options.isOfReturn) {
    const comingBack = await measureReturn(run);
    return { text: returnText(comingBack, options), json: `${JSON.stringify({ comingBack }, null, 2)}\n` };
  }
  const results = await measureAll(run);
  return { text: toText(results, options), json: toJson(results) };
}

async function measureAll({ options, children, serverOptions, ...rest }: BenchRun): Promise<BenchResults> {
  const names = SERVER_NAMES.filter((name) => !(options.skipsParley && name === 'parley'));
  const servers: ServerUnderTest[] = [];
  for (const name of names) servers.push(await startServer(name, serverOptions));
  const run: BenchRun = { ...rest, options, children, serverOptions, names, servers };
  const sends = await measureSends(run);
  const fanout = await measureFanout(run);
  for (const server of servers) await children.stop(server.process);
  const dialects = options.skipsParley ? undefined : await measureDialects(run);
  const messageBytesOnDisk = await run.database.bytesPerMessage(serverOptions.parleyEnv.dbName ?? '');
  return { sends, fanout, dialects, idle: await measureIdleMemory(run), messageBytesOnDisk };
}

function publish({ text, json }: Report, jsonFile: string | undefined): void {
  console.log(text);
  if (jsonFile) writeFileSync(jsonFile, json);
}

function readOptionsOrExit(): BenchOptions {
  try {
    return readOptions(process.argv.slice(2));
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n${USAGE}`);
    process.exit(2);
  }
}

main(readOptionsOrExit()).then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  },
);
