import type { NodesFigures, PlacedRates } from './nodes';
import type { BenchOptions } from './options';
import { table } from './report';

/** What two nodes are to reach: this share of one node's rate together, and at most this multiple of its median to cross. */
const MIN_RATE_RATIO = 1.5;
const MAX_P50_RATIO = 3;

/** The table of one node against two, as a person reads it. */
export function nodesText(figures: NodesFigures[], { rounds, measureMs }: BenchOptions): string {
  return [
    `Medians of ${rounds} rounds of ${measureMs / 1000} s each; nodes, mongod and load share the processors.`,
    '',
    'ONE NODE AGAINST TWO (messages/s, p50 / p99 in ms from send to the peer, share of a processor that each node used)',
    ...table([
      [
        'pairs',
        'in flight',
        'one node',
        'half of the pairs on each',
        'each pair across',
        'rate x',
        'p50 across x',
      ],
      ...figures.map(({ pairs, inFlight, oneNode, twoNodes, crossNode }) => [
        String(pairs),
        String(inFlight),
        ...[oneNode, twoNodes, crossNode].map(placedText),
        (twoNodes.rate / Math.max(1, oneNode.rate)).toFixed(2),
        (crossNode.p50 / Math.max(0.01, oneNode.p50)).toFixed(2),
      ]),
    ]),
    `Target, where cores allow: rate x >= ${MIN_RATE_RATIO}; p50 across x <= ${MAX_P50_RATIO}.`,
  ].join('\n');
}

function placedText({ rate, p50, p99, cpuShare }: PlacedRates): string {
  const shares = cpuShare.map((share) => `${Math.round(share * 100)} %`).join(' + ');
  return `${rate}  ${p50.toFixed(1)} / ${p99.toFixed(1)}  ${shares}`;
}
