/** The traffic, and what is done to the servers meanwhile. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from './client';
import { live } from './habits';
import type { Nodes } from './nodes';
import type { Blow, NodeName } from './plan';
import { type Random, randomOf } from './random';
import type { ReplicaSet } from './replica-set';
import type { Tally } from './tally';
import type { ChaosWorld } from './world';

export interface Scene {
  seed: number;
  nodes: Nodes;
  replicaSet: ReplicaSet;
  world: ChaosWorld;
  clients: Client[];
  tally: Tally;
  log: (line: string) => void;
}

/** Resolves when the time is over and everything that was killed is back. */
export async function storm(scene: Scene, run: { seconds: number; blows: readonly Blow[] }): Promise<void> {
  const { seed, world, clients } = scene;
  const endsAt = Date.now() + run.seconds * 1000;
  const isOver = (): boolean => Date.now() >= endsAt;
  const lives = clients.map((client, i) => {
    const random: Random = randomOf(seed, `habits ${i}`);
    return live(client, { chatIds: world.chatsOf(client.person.id), name: `p${i}`, random, isOver });
  });
  await Promise.all([...lives, strikeAll(scene, run.blows), untilOver(endsAt)]);
}

/** What concerns one node, or the replica set, is done in turn. */
async function strikeAll(scene: Scene, blows: readonly Blow[]): Promise<void> {
  const startedAt = Date.now();
  const turns = new Map<string, Promise<void>>();
  for (const blow of blows) {
    await delay(Math.max(0, startedAt + blow.atMs - Date.now()));
    const target = blow.what.kind === 'kill node' ? blow.what.node : 'replica set';
    turns.set(
      target,
      (turns.get(target) ?? Promise.resolve()).then(() => strike(scene, blow)),
    );
  }
  await Promise.all(turns.values());
}

async function strike({ nodes, replicaSet, tally, log }: Scene, { what, forMs }: Blow): Promise<void> {
  const nameOf = (node: NodeName): string => `node ${node}`;
  switch (what.kind) {
    case 'kill node':
      log(`kill -9 ${nameOf(what.node)}, back in ${forMs} ms`);
      tally.kills += 1;
      return nodes.killFor(what.node, forMs);
    case 'step down':
      log('the primary steps down');
      return replicaSet.stepDown();
    case 'kill member':
      log(`kill -9 a mongod, ${what.place} after the primary, back in ${forMs} ms`);
      tally.kills += 1;
      return replicaSet.killMember(what.place, forMs);
    case 'roll back':
      log(`the secondaries fetch nothing any more, then kill -9 the primary, back in ${forMs} ms`);
      tally.kills += 1;
      return replicaSet.rollBack(forMs);
  }
}

async function untilOver(endsAt: number): Promise<void> {
  await delay(Math.max(0, endsAt - Date.now()));
}
