import type { Server } from 'socket.io';
import type { DomainEventName, DomainEvents } from '../events/domain-events';
import type { EventBus } from '../events/event-bus';

/** What passes: it is told to whoever is connected, and what a node misses of it does no lasting harm. */
const PASSING_EVENTS = [
  'typing.changed',
  'presence.changed',
  'receipt.moved',
  'call.ringing',
  'call.ring-ended',
  'call.hung-up',
  'call.signalled',
  'call.updated',
  'story.created',
  'story.viewed',
  'story.reacted',
] as const satisfies readonly DomainEventName[];

type PassingEventName = (typeof PASSING_EVENTS)[number];
type Passing = { name: PassingEventName; event: DomainEvents[PassingEventName] };

/** The one word the nodes say to each other through the adapter. */
const WORD = 'parley:passing';
/** What comes within this time crosses together. */
const COALESCE_MS = 10;
/** More than that within the time is not told to other nodes. */
const MAX_WAITING = 2000;

export interface Bridge {
  stop(): void;
}

/**
 * Brings what passes to the other nodes, through Socket.IO's adapter: several events in one emit, of typing, presence and watermarks
 * only the latest, and under load no more than so many. It is never stored by this server, asks for no answer and repeats nothing.
 */
export function createBridge(deps: {
  io: Server;
  bus: EventBus;
  isUseful: () => boolean;
  wire: { toWire(value: unknown): string; fromWire(text: string): unknown };
}): Bridge {
  const { io, bus, isUseful, wire } = deps;
  let waiting = new Map<string, Passing>();
  let serial = 0;
  let timer: NodeJS.Timeout | undefined;

  function note(passing: Passing): void {
    if (!isUseful()) return;
    serial += 1;
    const key = keyOf(passing) ?? String(serial);
    const earlier = waiting.get(key);
    if (!earlier && waiting.size >= MAX_WAITING) return;
    // The latest of a kind keeps its place behind what came before it.
    waiting.delete(key);
    waiting.set(key, earlier ? merge(earlier, passing) : passing);
    timer ??= setTimeout(send, COALESCE_MS);
  }

  function send(): void {
    timer = undefined;
    const events = [...waiting.values()].map(({ name, event }) => [name, event]);
    waiting = new Map();
    io.serverSideEmit(WORD, wire.toWire(events));
  }

  function hear(text: unknown): void {
    for (const [name, event] of wire.fromWire(String(text)) as Array<[PassingEventName, never]>)
      if (PASSING_EVENTS.includes(name)) bus.emit(name, event, 'elsewhere');
  }

  for (const name of PASSING_EVENTS)
    bus.on(name, (event, origin) => {
      if (origin === 'here') note({ name, event });
    });
  io.on(WORD, hear);

  return { stop: () => clearTimeout(timer) };
}

/** Of what has the same key the latest is enough. */
function keyOf({ name, event }: Passing): string | undefined {
  if (name === 'receipt.moved') {
    const { chatId, userId, kind, isShown, isOpening } = event as DomainEvents['receipt.moved'];
    return `${name}:${chatId}:${userId}:${kind}:${isShown}:${isOpening ?? false}`;
  }
  if (name === 'typing.changed') {
    const { chatId, userId } = event as DomainEvents['typing.changed'];
    return `${name}:${chatId}:${userId}`;
  }
  if (name === 'presence.changed') return `${name}:${(event as DomainEvents['presence.changed']).userId}`;
  return undefined;
}

/** A watermark that moves twice moves from where it was to where it is. */
function merge(earlier: Passing, later: Passing): Passing {
  if (later.name !== 'receipt.moved') return later;
  const { fromSeq } = earlier.event as DomainEvents['receipt.moved'];
  return { ...later, event: { ...(later.event as DomainEvents['receipt.moved']), fromSeq } };
}
