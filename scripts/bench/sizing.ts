/** What to plan with, out of what a run measured: the figures behind the advice in docs/operations.md. */
import type { FanoutResult } from './fanout';
import type { IdleResult } from './idle-memory';
import type { SendResult } from './send-to-deliver';

/** A node is one thread: above this share of a core its answers begin to wait for one another. */
const BUSY_SHARE = 0.7;
const PLANNED_CONNECTIONS = 10_000;
const PLANNED_MESSAGES = 1_000_000;

/** Of processors and disks like those of the run. */
export interface Sizing {
  /** Processor time of a node, and of mongod, for one message to one device. */
  messageMicros: { node: number; mongod: number };
  /** Processor time of a node for each device of a large group that hears a message. */
  deliveryMicros: number;
  /** Resident memory of a node without connections, and what each connection adds. */
  nodeBytes: number;
  connectionBytes: number;
  /** Of a short text with its indexes. */
  messageBytesOnDisk: number;
  /** What one node carries at 70 % of a core. */
  messagesPerSecond: number;
  deliveriesPerSecond: number;
}

/**
 * Of the cases measured it takes the most pairs with the fewest messages in flight, because many at once are written together and each
 * then costs less; and the largest group. Undefined when Parley was not measured.
 */
export function sizingOf(measured: {
  sends: SendResult[];
  fanout: FanoutResult[];
  idle: IdleResult;
  messageBytesOnDisk: number;
}): Sizing | undefined {
  const { sends, fanout, idle, messageBytesOnDisk } = measured;
  const bySize = [...sends].sort(
    (a, b) => b.figures.pairs - a.figures.pairs || inFlightOf(a) - inFlightOf(b),
  );
  const node = bySize[0]?.details.cpuMicros.parley;
  const group = [...fanout].sort((a, b) => b.figures.members - a.figures.members)[0];
  if (node === undefined || group === undefined) return undefined;
  return {
    messageMicros: { node: Math.round(node), mongod: Math.round(bySize[0]?.details.mongodMicros ?? 0) },
    deliveryMicros: Math.round(group.parleyMicros * 10) / 10,
    nodeBytes: idle.nodeBytes,
    connectionBytes: idle.figures.parleyBytes,
    messageBytesOnDisk: Math.round(messageBytesOnDisk),
    messagesPerSecond: perSecond(node),
    deliveriesPerSecond: perSecond(group.parleyMicros),
  };
}

function inFlightOf({ figures }: SendResult): number {
  return figures.inFlight;
}

function perSecond(micros: number): number {
  return Math.round((BUSY_SHARE * 1_000_000) / micros);
}

/** The same for a person. */
export function sizingLines(sizing: Sizing): string[] {
  const { messageMicros, deliveryMicros, messagesPerSecond, deliveriesPerSecond } = sizing;
  const connections = megabytes(sizing.connectionBytes * PLANNED_CONNECTIONS);
  const disk = megabytes(sizing.messageBytesOnDisk * PLANNED_MESSAGES);
  return [
    `SIZING, for processors and disks like these (docs/operations.md); a node at ${BUSY_SHARE * 100} % of one core`,
    `a message to one device: ${messageMicros.node} us of a node, ${messageMicros.mongod} us of mongod: ${count(messagesPerSecond)} a second for a node`,
    `a device in a group that hears a message: ${deliveryMicros} us: ${count(deliveriesPerSecond)} a second for a node`,
    `a node without connections: ${megabytes(sizing.nodeBytes)}; ${count(PLANNED_CONNECTIONS)} that rest add ${connections}`,
    `${count(PLANNED_MESSAGES)} short texts with their indexes: ${disk} on disk`,
  ];
}

function megabytes(bytes: number): string {
  return `${count(Math.round(bytes / 1e6))} MB`;
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}
