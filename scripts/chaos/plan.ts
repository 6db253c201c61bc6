import type { Random } from './random';

export const NODE_NAMES = ['A', 'B'] as const;
export type NodeName = (typeof NODE_NAMES)[number];

/** Something that is done to the servers at a moment of the run. */
export interface Blow {
  atMs: number;
  /** How long what was killed stays away, or what stands still does so. */
  forMs: number;
  what:
    | { kind: 'kill node'; node: NodeName }
    | { kind: 'step down' }
    /** One member of the replica set is killed: 0, 1 or 2 places after the primary. */
    | { kind: 'kill member'; place: number }
    /** The secondaries fetch nothing any more, then the primary is killed: what only it had is rolled back. */
    | { kind: 'roll back' };
}

/** A shorter run has no time for what costs an election after a crash. */
const SHORT_SECONDS = 20;

/** Decides what happens to the servers in a run: a node every `killEvery` seconds, and what a replica set suffers in between. */
export function makePlan(random: Random, run: { seconds: number; killEvery: number }): Blow[] {
  const endMs = run.seconds * 1000;
  const stepMs = run.killEvery * 1000;
  const blows: Blow[] = [];
  let node = random.below(NODE_NAMES.length);
  for (let atMs = stepMs / 2; atMs < endMs; atMs += stepMs) {
    const name = NODE_NAMES[node % NODE_NAMES.length] ?? 'A';
    blows.push({ atMs, forMs: 300 + random.below(2000), what: { kind: 'kill node', node: name } });
    // Mostly in turn, now and then the same one again.
    if (!random.chance(0.2)) node += 1;
  }
  blows.push({ atMs: endMs * share(random, 0.15, 0.3), forMs: 0, what: { kind: 'step down' } });
  // Elections take longer than a short run has.
  if (run.seconds < SHORT_SECONDS) return blows.sort((a, b) => a.atMs - b.atMs);
  const forMs = (): number => 2000 + random.below(3000);
  blows.push({ atMs: endMs * share(random, 0.4, 0.55), forMs: forMs(), what: { kind: 'roll back' } });
  const place = random.below(3);
  blows.push({ atMs: endMs * share(random, 0.7, 0.8), forMs: forMs(), what: { kind: 'kill member', place } });
  return blows.sort((a, b) => a.atMs - b.atMs);
}

function share(random: Random, from: number, to: number): number {
  return from + random.next() * (to - from);
}
