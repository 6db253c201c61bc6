import type { Rates } from './figures';

/** One connection to open; a baseline's client joins its chats' rooms, Parley knows its members by itself. */
export interface LoadClient {
  token: string;
  joins: string[];
  /** Whether it asks Parley for what it missed, as every client does after it connected. */
  syncs?: boolean;
  /** Another server than the others'. */
  port?: number;
}

/** Opens `clients` on the server at `port`; they stay open, under the name `target`, until `close`. */
export interface OpenInput {
  target: string;
  port: number;
  clients: LoadClient[];
}

/** Opens all of them at the same moment; each is back when it is connected and has its answers. */
export type ReturnInput = OpenInput;

export interface ReturnOutput {
  /** Milliseconds until the last one was back, and until half of them were. */
  allMs: number;
  halfMs: number;
}

export interface RunTimes {
  warmMs: number;
  measureMs: number;
}

/** Client `2i` sends to client `2i + 1` in `chatIds[i]`; every pair keeps `inFlight` messages on their way. */
export interface PairsInput extends RunTimes {
  target: string;
  chatIds: string[];
  inFlight: number;
}

/** Client 0 sends to the chat, all of the target's other clients receive. */
export interface FanoutInput extends RunTimes {
  target: string;
  chatId: string;
  inFlight: number;
}

export interface RunOutput extends Rates {
  /** All that was delivered, warm-up included. */
  delivered: number;
  /** Share of one processor that the load itself used, 0 to 1. */
  loadShare: number;
}
