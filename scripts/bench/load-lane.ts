import type { LoadSocket } from './load-socket';

/** The text of every message: a number for the receiver to find, filled up to the size of a short chat message. */
const TEXT_SIZE = 64;
const TEXT_MARK = '"text":"#';
/** More than the most messages in flight, and a power of two. */
const RING = 64;

/** One sender and its chat: what is on its way, and when it left. */
export interface Lane {
  /** Sends until `inFlight` messages are neither acknowledged nor delivered to every receiver. */
  fill(): void;
  stop(): void;
  acknowledge(text: string): void;
  /** Notes that `message` (JSON text) reached a receiver; returns the milliseconds it took. */
  deliver(message: string): number;
  isIdle(): boolean;
  describe(): string;
}

export interface LaneOptions {
  socket: LoadSocket;
  chatId: string;
  inFlight: number;
  receivers: number;
  /** Unique over all runs on one server, for it remembers every `tempId`. */
  runId: string;
}

/** Builds a lane; it throws on a refused send and on a message that was never sent. */
export function createLane({ socket, chatId, inFlight, receivers, runId }: LaneOptions): Lane {
  const sentAt = new Float64Array(RING);
  let sent = 0;
  let acknowledged = 0;
  let deliveries = 0;
  let isStopped = false;

  const completed = (): number => Math.min(acknowledged, Math.floor(deliveries / receivers));

  function fill(): void {
    while (!isStopped && sent - completed() < inFlight) {
      sent += 1;
      const text = `#${sent}#`.padEnd(TEXT_SIZE, 'x');
      const payload = `{"chatId":"${chatId}","content":{"type":"text","text":"${text}"},"tempId":"${runId}-${sent}"}`;
      sentAt[sent % RING] = performance.now();
      socket.emit('send_message', payload, sent);
    }
  }

  return {
    fill,
    stop: () => {
      isStopped = true;
    },
    acknowledge(text) {
      if (!text.startsWith('{"ok":true')) throw new Error(`send refused: ${text.slice(0, 300)}`);
      acknowledged += 1;
      fill();
    },
    deliver(message) {
      const number = Number.parseInt(message.slice(message.indexOf(TEXT_MARK) + TEXT_MARK.length), 10);
      if (!(number > sent - RING && number <= sent))
        throw new Error(`stray message: ${message.slice(0, 300)}`);
      deliveries += 1;
      const took = performance.now() - (sentAt[number % RING] ?? 0);
      fill();
      return took;
    },
    isIdle: () => sent === completed(),
    describe: () => `${chatId}: sent ${sent}, acknowledged ${acknowledged}, delivered ${deliveries}`,
  };
}
