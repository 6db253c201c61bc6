/** One run from empty directories to the verdict. */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { loadConfig } from '../../src/config/env';
import { findMongodBinary } from '../../src/embedded/mongod-binary';
import { makeParleyEnv } from '../bench/parley-env';
import { Client } from './client';
import { startNodes } from './nodes';
import type { ChaosOptions } from './options';
import { makePlan, NODE_NAMES } from './plan';
import type { Processes } from './processes';
import { showProgress } from './progress';
import { randomOf } from './random';
import { startReplicaSet } from './replica-set';
import { type Scene, storm } from './storm';
import { Tally } from './tally';
import { judge } from './verdict';
import { buildChaosWorld } from './world';

const CONNECT_AT_ONCE = 20;
const CONNECT_WITHIN_MS = 120_000;

/** Resolves to what was counted. @throws Error when it could not be run to its end. */
export async function runChaos(
  options: ChaosOptions,
  place: { dir: string; processes: Processes; log: (line: string) => void },
): Promise<Tally> {
  const { dir, processes, log } = place;
  const { seed, seconds, users, killEvery } = options;
  const { HOME, XDG_CACHE_HOME, MONGOMS_SYSTEM_BINARY } = process.env;
  const { systemBinary, cacheDir } = loadConfig({ HOME, XDG_CACHE_HOME, MONGOMS_SYSTEM_BINARY }).mongo;
  const binary = await findMongodBinary({ systemBinary, cacheDir, log });
  log('starting three mongods and two nodes');
  const replicaSet = await startReplicaSet(binary, dir, processes);
  const dataDir = path.join(dir, 'parley');
  mkdirSync(dataDir);
  const env = { ...makeParleyEnv(replicaSet.uri, dataDir), SOCKET_ADAPTER: 'mongo' };
  const world = await buildChaosWorld(env, users * NODE_NAMES.length, randomOf(seed, 'world'));
  const nodes = await startNodes(env, dir, processes);
  const urls = NODE_NAMES.map(nodes.urlOf);
  const tally = new Tally();
  const clients = world.people.map((person, i) => {
    const random = randomOf(seed, `line ${i}`);
    return new Client(person, urls, { random, isCareful: random.chance(0.5) }, tally);
  });
  const scene: Scene = { seed, nodes, replicaSet, world, clients, tally, log };
  await connectAll(clients, urls);
  const stopProgress = showProgress(scene, seconds);
  try {
    await storm(scene, { seconds, blows: makePlan(randomOf(seed, 'plan'), { seconds, killEvery }) });
  } finally {
    stopProgress();
  }
  await judge(scene);
  await replicaSet.client.close();
  return tally;
}

/** Half of them to each node, some at a time: the storm begins with everybody there. */
async function connectAll(clients: readonly Client[], urls: readonly string[]): Promise<void> {
  const deadline = Date.now() + CONNECT_WITHIN_MS;
  for (let at = 0; at < clients.length; at += CONNECT_AT_ONCE) {
    const some = clients.slice(at, at + CONNECT_AT_ONCE);
    some.forEach(({ line }, i) => {
      line.open(urls[i % urls.length]);
    });
    while (some.some(({ line }) => !line.isOpen)) {
      if (Date.now() > deadline) throw new Error('the clients cannot connect');
      await delay(20);
    }
  }
}
