import type { Logger } from '../config/logger';
import { AppError, unauthenticated } from '../errors/app-error';
import { toAck } from '../errors/to-ack';
import { toAppError } from '../errors/to-app-error';
import type { Actor } from '../types/actor';
import { NATIVE_DIALECT } from '../types/dialect';
import { countEvent } from './event-window';
import { checkedPayload, type PayloadValidator } from './payload-schemas';
import type { ParleySocket } from './socket-state';

/** What a handler may know of how it was asked. */
export interface Asking {
  /** False when the client brought no callback: then nothing hears the answer. */
  isAcknowledged: boolean;
  /** Tells the socket that asked, and no other. */
  tell(event: string, payload: unknown): void;
}

/** Serves one client event: a checked payload in, the fields of a positive acknowledgement out. */
export type EventHandler = (
  actor: Actor,
  payload: Record<string, unknown>,
  asking: Asking,
) => Promise<object>;

export interface ServedEvent {
  handler: EventHandler;
  validator: PayloadValidator;
}

/** What serves an event on a connection of this dialect; undefined for an event nobody knows. */
export type FindEvent = (event: string, dialect: string) => ServedEvent | undefined;

/**
 * Serves `authenticate`, the one event that needs no actor and that is answered by events of its own; so it reads its payload
 * itself, which throws when the payload is not valid.
 */
export type AuthenticateHandler = (
  socket: ParleySocket,
  readPayload: () => Record<string, unknown>,
) => Promise<object>;

type Callback = (answer: object) => void;

/**
 * Every client event passes here: rate limit, known name, authentication, schema, handler, acknowledgement. Whatever goes
 * wrong is answered; without a callback as `operation-error` (contract section 4). Nothing a client sends can throw past this.
 */
export function createEventRouter(deps: {
  findEvent: FindEvent;
  authenticate: AuthenticateHandler;
  /** Checks the payload of `authenticate`. */
  validator: PayloadValidator;
  eventsPerWindow: number;
  /** @throws unavailable while no event can be served. */
  assertServing: () => void;
  logger: Logger;
  /** Hears of every answer: `ok`, or the code of the error; names that nobody knows are all `other`. */
  onServed?: (event: string, outcome: string) => void;
  /** What an answer waits for, if anything: that what was changed for it is known to be changed, on every node. */
  settled?: () => Promise<void> | undefined;
  /** Hears of what failed so that nobody can tell how much of it was done. */
  onDoubt?: () => void;
}): (socket: ParleySocket) => void {
  const { findEvent, authenticate, validator, eventsPerWindow, assertServing } = deps;
  const { logger, onServed, settled, onDoubt } = deps;

  const isKnown = (event: string) =>
    event === 'authenticate' || findEvent(event, NATIVE_DIALECT) !== undefined;
  const labelOf = (event: string) => (isKnown(event) ? event : 'other');

  async function serve(
    socket: ParleySocket,
    event: string,
    payload: unknown,
    asking: Asking,
  ): Promise<object> {
    countEvent(socket.data.window, eventsPerWindow);
    if (event === 'authenticate')
      return authenticate(socket, () => checkedPayload(validator, event, payload));
    const { actor } = socket.data;
    if (!actor) throw unauthenticated('Send authenticate first');
    assertServing();
    const served = findEvent(event, actor.dialect);
    if (!served) throw new AppError('not_found', 'There is no such event');
    return served.handler(actor, checkedPayload(served.validator, event, payload), asking);
  }

  function fail(socket: ParleySocket, event: string, error: unknown, callback: Callback | undefined): void {
    const appError = toAppError(error);
    onServed?.(labelOf(event), appError.code);
    if (appError.code === 'internal' || appError.code === 'unavailable') onDoubt?.();
    if (appError.code === 'internal')
      logger.error(`Event ${event.slice(0, 50)} failed`, { cause: appError.cause ?? error });
    const answer = toAck(appError);
    if (callback) callback(answer);
    else socket.emit('operation-error', { ...answer.error, event: event.slice(0, 100) });
  }

  return (socket) => {
    socket.onAny((name: unknown, ...args: unknown[]) => {
      // On the wire an event's name may also be a number, or missing.
      const event = String(name);
      const last = args.at(-1);
      const callback = typeof last === 'function' ? (last as Callback) : undefined;
      const payload = typeof args[0] === 'function' ? undefined : args[0];
      const asking: Asking = {
        isAcknowledged: callback !== undefined,
        tell: (name, told) => socket.emit(name, told),
      };
      serve(socket, event, payload, asking)
        .then((answer) => {
          const confirm = () => {
            onServed?.(labelOf(event), 'ok');
            callback?.({ ok: true, ...answer });
          };
          const pending = settled?.();
          return pending === undefined ? confirm() : pending.then(confirm);
        })
        .catch((error) => fail(socket, event, error, callback));
    });
  };
}
