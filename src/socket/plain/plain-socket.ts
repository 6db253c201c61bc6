import type { RawData, WebSocket } from 'ws';
import { MAX_SOCKET_BACKLOG_BYTES } from '../../config/limits';
import { AppError, notFound } from '../../errors/app-error';
import { toAppError } from '../../errors/to-app-error';
import type { Actor } from '../../types/actor';
import { countEvent, newEventWindow } from '../event-window';
import { checkedPayload, type PayloadValidator } from '../payload-schemas';
import type { PlainSide, PlainSocket } from './plain-side';

/** Close codes of RFC 6455 section 7.4, and one of our own for a session or token that is over. */
export const CLOSE = { goingAway: 1001, policy: 1008, restart: 1012, unauthenticated: 4401 } as const;
/** A client that does not answer the farewell is cut off after this long. */
const FAREWELL_MS = 500;

/** An open connection as its server keeps it. */
export interface LiveSocket {
  readonly socket: PlainSocket;
  /** When its last frame of any kind came, in ms since 1970. */
  heardAtMs(): number;
  /** What waits in this process because the client does not read, in bytes. */
  backlog(): number;
  /** Says why, and ends it; from now on nothing is served or sent. */
  end(code: number, reason: string, error?: AppError): void;
  /** Ends it at once. */
  cut(): void;
  /** Resolves when its TCP connection is gone. */
  readonly gone: Promise<void>;
  /** Asks for a sign of life every so often; false when the last one was not given. */
  isAlive(pingEveryMs: number): boolean;
}

/** Serves the frames of one connection: rate limit, schema, handler; whatever goes wrong is told, and the connection lives. */
export function createLiveSocket(deps: {
  ws: WebSocket;
  actor: Actor;
  place: string;
  side: PlainSide;
  validator: PayloadValidator;
  framesPerWindow: number;
  assertServing: () => void;
  /** Hears of every answer: `ok`, or the code of the error. */
  onServed: (frame: string, outcome: string) => void;
  onFailure: (frame: string, error: unknown) => void;
  /** Called once, when it ends from either side. */
  onEnd: () => void;
}): LiveSocket {
  const { ws, actor, place, side, validator, framesPerWindow, onServed, onFailure, onEnd } = deps;
  const window = newEventWindow();
  const name = side.frameAt(place);
  let heardAtMs = Date.now();
  let pingedAtMs = Date.now();
  let isEnded = false;

  const socket: PlainSocket = {
    actor,
    place,
    send(frame) {
      if (!isEnded) ws.send(frame, { binary: false });
    },
  };

  function finish(): void {
    if (isEnded) return;
    isEnded = true;
    onEnd();
  }

  function end(code: number, reason: string, error?: AppError): void {
    if (isEnded) return;
    if (error) socket.send(side.failure(error));
    finish();
    ws.close(code, reason);
    setTimeout(() => ws.terminate(), FAREWELL_MS).unref();
  }

  async function serve(data: RawData, isBinary: boolean): Promise<void> {
    countEvent(window, framesPerWindow);
    if (name === undefined) throw notFound('Something to send to here');
    deps.assertServing();
    const payload = checkedPayload(validator, name, parse(data, isBinary));
    await side.frames[name]?.(socket, payload);
  }

  function fail(error: unknown): void {
    const appError = toAppError(error);
    onServed(name ?? 'other', appError.code);
    if (appError.code === 'internal') onFailure(name ?? 'other', appError.cause ?? error);
    socket.send(side.failure(appError));
  }

  /** Who goes on far past the limit does not even listen. */
  function isFlooding(): boolean {
    return window.count > 2 * framesPerWindow;
  }

  function heard(): void {
    heardAtMs = Date.now();
  }

  ws.on('message', (data, isBinary) => {
    heard();
    if (isEnded) return;
    serve(data, isBinary).then(() => onServed(name ?? 'other', 'ok'), fail);
    if (isFlooding()) end(CLOSE.policy, 'Too many frames');
  });
  ws.on('pong', heard);
  ws.on('ping', () => {
    heard();
    try {
      countEvent(window, framesPerWindow);
    } catch {
      end(CLOSE.policy, 'Too many pings');
    }
  });
  // A broken or oversized frame: it closes by itself, with the code that says so.
  ws.on('error', () => undefined);
  ws.on('close', finish);

  return {
    socket,
    heardAtMs: () => heardAtMs,
    backlog: () => ws.bufferedAmount,
    end,
    cut() {
      finish();
      ws.terminate();
    },
    gone: new Promise((resolve) => ws.once('close', () => resolve())),
    isAlive(pingEveryMs) {
      const nowMs = Date.now();
      if (nowMs - pingedAtMs < pingEveryMs) return true;
      if (pingedAtMs > heardAtMs) return false;
      pingedAtMs = nowMs;
      ws.ping();
      return true;
    },
  };
}

/** True for a connection whose client does not take what it is sent. */
export function isDeaf(live: LiveSocket): boolean {
  return live.backlog() > MAX_SOCKET_BACKLOG_BYTES;
}

/** @throws validation_failed for what is no JSON text */
function parse(data: RawData, isBinary: boolean): unknown {
  if (isBinary) throw new AppError('validation_failed', 'A frame must be a text');
  try {
    return JSON.parse(String(data));
  } catch {
    throw new AppError('validation_failed', 'A frame must be JSON');
  }
}
