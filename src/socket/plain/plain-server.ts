import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type WebSocket, WebSocketServer } from 'ws';
import { MAX_PLAIN_FRAME_BYTES, MAX_SOCKETS_PER_USER } from '../../config/limits';
import type { Logger } from '../../config/logger';
import type { CloseReason, Connections } from '../../delivery/connections';
import type { Emit } from '../../delivery/fan-out';
import { unauthenticated } from '../../errors/app-error';
import { toAppError } from '../../errors/to-app-error';
import type { EventBus } from '../../events/event-bus';
import { createRepeater } from '../../helpers/repeater';
import type { AccessVerifier } from '../../types/access-verifier';
import type { Actor } from '../../types/actor';
import type { SocketPresence } from '../authenticate';
import type { PayloadValidator } from '../payload-schemas';
import type { PlainSide } from './plain-side';
import { CLOSE, createLiveSocket, isDeaf, type LiveSocket } from './plain-socket';
import type { Upgrade, UpgradeServer } from './upgrade-gate';

const WATCH_EVERY_MS = 1000;
/** At the end clients have this long to answer the farewell. */
const LEAVE_WITHIN_MS = 300;
/** The longest wait a timer can hold; a token ends long before. */
const MAX_TIMER_MS = 2 ** 31 - 1;

export interface PlainServer extends UpgradeServer {
  /** Tells connections of this dialect. */
  emit: Emit;
  size(): number;
  start(): void;
  /** Ends all connections; clients come back after that. */
  endAll(): void;
  stop(): Promise<void>;
}

interface Access {
  actor: Actor & { socketId: string };
  token: string;
  expiresAtMs: number;
  place: string;
}

/**
 * Owns the WebSockets of one dialect: who they are and how long, that they are alive, read and send no more than they may. To the rest of
 * the server they are connections like those of Socket.IO.
 */
export function createPlainServer(deps: {
  dialect: string;
  side: PlainSide;
  /** What its outbound side says; what is the same in every Socket.IO dialect is not told here. */
  serverEvents: readonly string[];
  validator: PayloadValidator;
  verifyAccess: AccessVerifier;
  connections: Connections;
  presence: SocketPresence;
  bus: EventBus;
  logger: Logger;
  framesPerWindow: number;
  /** @throws unavailable while no frame can be served. */
  assertServing: () => void;
  pingSeconds: number;
  onServed: (frame: string, outcome: string) => void;
}): PlainServer {
  const { dialect, side, validator, verifyAccess, connections, presence, bus, logger } = deps;
  const { framesPerWindow, assertServing, pingSeconds, onServed } = deps;
  const serverEvents = new Set(deps.serverEvents);
  const live = new Map<string, LiveSocket>();
  const sockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    // It costs 15 times the memory of a connection.
    perMessageDeflate: false,
    maxPayload: MAX_PLAIN_FRAME_BYTES,
  });

  async function admit({ request }: Upgrade, place: string): Promise<Access> {
    const token = side.tokenOf(request);
    if (token === undefined) throw unauthenticated();
    const { actor, expiresAtMs } = await verifyAccess(token);
    await side.assertMayEnter(actor, place);
    return { actor: { ...actor, dialect, socketId: randomUUID() }, token, expiresAtMs, place };
  }

  function forgetPresence(actor: Access['actor']): void {
    presence
      .disconnected(actor)
      .catch((cause) => logger.warn('A disconnect could not be recorded', { cause }));
  }

  function open(ws: WebSocket, { actor, token, expiresAtMs, place }: Access): void {
    const { socketId, userId, deviceId, sessionId } = actor;
    const one = createLiveSocket({
      ws,
      actor,
      place,
      side,
      validator,
      framesPerWindow,
      assertServing,
      onServed,
      onFailure: (frame, cause) => logger.error(`Frame ${frame} of ${dialect} failed`, { cause }),
      onEnd() {
        clearTimeout(deadline);
        live.delete(socketId);
        connections.remove(socketId);
        const heardAt = new Date(one.heardAtMs());
        bus.emit('connection.closed', { userId, deviceId, socketId, heardAt });
        side.closed?.(one.socket);
        forgetPresence(actor);
      },
    });
    const endSession = (reason: string) => one.end(CLOSE.unauthenticated, reason, unauthenticated(reason));
    const waitMs = Math.min(Math.max(expiresAtMs - Date.now(), 0), MAX_TIMER_MS);
    const deadline = setTimeout(() => endSession('The token has expired'), waitMs);
    live.set(socketId, one);
    const close = (why: CloseReason) =>
      why === 'too-many'
        ? one.end(CLOSE.policy, 'Too many connections')
        : endSession('The session has ended');
    connections.add({ socketId, userId, deviceId, sessionId, dialect, close });
    bus.emit('connection.opened', { userId, deviceId, socketId });
    for (const surplus of connections.ofUser(userId).slice(0, -MAX_SOCKETS_PER_USER))
      surplus.close('too-many');
    side.opened?.(one.socket);
    // A session that ended after the check was not yet among the connections, to be closed with it.
    verifyAccess(token).catch((error) => {
      if (toAppError(error).code === 'unauthenticated') close('session-over');
    });
  }

  const watch = createRepeater({
    everyMs: WATCH_EVERY_MS,
    async run() {
      for (const one of live.values()) {
        if (isDeaf(one)) {
          logger.warn('A client that does not read was cut off', { bytes: one.backlog() });
          one.cut();
        } else if (!one.isAlive(pingSeconds * 1000)) one.cut();
      }
    },
    onError: (cause) => logger.warn('Slow clients could not be looked for', { cause }),
  });

  return {
    placeOf: side.placeOf,

    async accept(upgrade, place) {
      const access = await admit(upgrade, place);
      try {
        await presence.connected(access.actor);
      } catch (error) {
        // It may have been written all the same.
        forgetPresence(access.actor);
        throw error;
      }
      let isOpen = false;
      const { message, socket, head } = upgrade;
      sockets.handleUpgrade(message, socket, head, (ws) => {
        isOpen = true;
        open(ws, access);
      });
      // It went away meanwhile.
      if (!isOpen) forgetPresence(access.actor);
    },

    emit(socketIds, event, payload) {
      if (!serverEvents.has(event)) return;
      const meant = socketIds.flatMap((id) => live.get(id)?.socket ?? []);
      if (meant.length > 0) side.deliver(meant, payload);
    },

    size: () => live.size,
    start: watch.start,

    endAll() {
      for (const one of live.values()) one.end(CLOSE.restart, 'Connect again');
    },

    async stop() {
      await watch.stop();
      side.stop?.();
      const leaving = [...live.values()];
      for (const one of leaving) one.end(CLOSE.goingAway, 'The server is going down');
      const gone = Promise.all(leaving.map((one) => one.gone));
      await Promise.race([gone, delay(LEAVE_WITHIN_MS, undefined, { ref: false })]);
      for (const one of leaving) one.cut();
    },
  };
}
