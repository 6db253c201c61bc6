import type { FanoutResult } from '../../scripts/bench/fanout';
import type { Rates } from '../../scripts/bench/figures';
import type { SendResult } from '../../scripts/bench/send-to-deliver';
import { sizingLines, sizingOf } from '../../scripts/bench/sizing';

const RATES: Rates = { rate: 1, p50: 1, p99: 1 };

function sent(pairs: number, inFlight: number, node: number | undefined, mongod: number): SendResult {
  return {
    figures: { pairs, inFlight, parley: RATES, relay: RATES, groupCommit: RATES },
    details: {
      cpuMicros: node === undefined ? {} : { parley: node },
      mongodMicros: mongod,
      loadShare: 0.5,
    },
  };
}

function fanned(members: number, parleyMicros: number): FanoutResult {
  return { figures: { members, parley: 1, bare: 1 }, groupCommit: 1, parleyMicros };
}

const measured = (sends: SendResult[]) => ({
  sends,
  fanout: [fanned(1000, 7.04), fanned(200, 9)],
  idle: { figures: { parleyBytes: 18_000, bareBytes: 24_000 }, nodeBytes: 140_000_000 },
  messageBytesOnDisk: 512.4,
});

it('plans with the most pairs, the fewest messages in flight and the largest group', () => {
  const sizing = sizingOf(measured([sent(100, 4, 100, 60), sent(500, 4, 120, 70), sent(500, 1, 140, 90.4)]));
  expect(sizing).toEqual({
    messageMicros: { node: 140, mongod: 90 },
    deliveryMicros: 7,
    nodeBytes: 140_000_000,
    connectionBytes: 18_000,
    messageBytesOnDisk: 512,
    messagesPerSecond: 5000,
    deliveriesPerSecond: 99432,
  });
});

it('says it for a person, with what 10,000 connections and a million messages take', () => {
  const sizing = sizingOf(measured([sent(100, 1, 140, 90)]));
  expect(sizingLines(sizing ?? fail())).toEqual([
    'SIZING, for processors and disks like these (docs/operations.md); a node at 70 % of one core',
    'a message to one device: 140 us of a node, 90 us of mongod: 5,000 a second for a node',
    'a device in a group that hears a message: 7 us: 99,432 a second for a node',
    'a node without connections: 140 MB; 10,000 that rest add 180 MB',
    '1,000,000 short texts with their indexes: 512 MB on disk',
  ]);
});

it('plans nothing from a run without Parley', () => {
  expect(sizingOf(measured([sent(100, 1, undefined, 0)]))).toBeUndefined();
});

function fail(): never {
  throw new Error('There is no sizing');
}
