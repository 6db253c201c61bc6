import type { Logger } from '../config/logger';
import { AppError, unauthenticated } from '../errors/app-error';
import { toAck } from '../errors/to-ack';
import { toAppError } from '../errors/to-app-error';
import type { Actor } from '../types/actor';
import type { PayloadValidator } from './payload-schemas';
import type { ParleySocket } from './socket-state';

/** Serves one client event: a checked payload in, the fields of a positive acknowledgement out. */
export type EventHandler = (actor: Actor, payload: Record<string, unknown>) => Promise<object>;

/**
 * Serves `authenticate`, the one event that needs no actor and that is answered by events of its own; so it reads its payload
 * itself, which throws when the payload is not valid.
 */
export type AuthenticateHandler = (
  socket: ParleySocket,
  readPayload: () => Record<string, unknown>,
) => Promise<object>;

const WINDOW_MS = 10_000;

type Callback = (answer: object) => void;

/**
 * Every client event passes here: rate limit, known name, authentication, schema, handler, acknowledgement. Whatever goes
 * wrong is answered; without a callback as `operation-error` (contract section 4). Nothing a client sends can throw past this.
 */
export function createEventRouter(deps: {
  handlers: Readonly<Record<string, EventHandler>>;
  authenticate: AuthenticateHandler;
  validator: PayloadValidator;
  eventsPerWindow: number;
  logger: Logger;
  /** Hears of every answer: `ok`, or the code of the error; names that nobody knows are all `other`. */
  onServed?: (event: string, outcome: string) => void;
}): (socket: ParleySocket) => void {
  const { handlers, authenticate, validator, eventsPerWindow, logger, onServed } = deps;
  const known = new Map(Object.entries(handlers));

  const labelOf = (event: string) => (known.has(event) || event === 'authenticate' ? event : 'other');

  function assertWithinRate(socket: ParleySocket): void {
    const now = Date.now();
    const { window } = socket.data;
    if (now - window.startedAtMs >= WINDOW_MS) socket.data.window = { startedAtMs: now, count: 1 };
    else window.count += 1;
    if (socket.data.window.count <= eventsPerWindow) return;
    const retryAfterSeconds = Math.ceil((window.startedAtMs + WINDOW_MS - now) / 1000);
    throw new AppError('rate_limited', 'Too many events; slow down', { retryAfterSeconds });
  }

  function checked(event: string, payload: unknown): Record<string, unknown> {
    const errors = validator.validate(event, payload);
    if (errors) {
      const first = errors[0];
      throw new AppError(
        'validation_failed',
        `${first?.path ?? ''} ${first?.message ?? 'is not valid'}`.trim(),
        { errors },
      );
    }
    return (payload ?? {}) as Record<string, unknown>;
  }

  async function serve(socket: ParleySocket, event: string, payload: unknown): Promise<object> {
    assertWithinRate(socket);
    if (event === 'authenticate') return authenticate(socket, () => checked(event, payload));
    const { actor } = socket.data;
    if (!actor) throw unauthenticated('Send authenticate first');
    const handler = known.get(event);
    if (!handler) throw new AppError('not_found', 'There is no such event');
    return handler(actor, checked(event, payload));
  }

  function fail(socket: ParleySocket, event: string, error: unknown, callback: Callback | undefined): void {
    const appError = toAppError(error);
    onServed?.(labelOf(event), appError.code);
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
      serve(socket, event, payload)
        .then((answer) => {
          onServed?.(labelOf(event), 'ok');
          callback?.({ ok: true, ...answer });
        })
        .catch((error) => fail(socket, event, error, callback));
    });
  };
}
