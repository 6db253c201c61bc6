import { MAX_SOCKETS_PER_USER, SOCKET_AUTH_TIMEOUT_MS } from '../config/limits';
import type { Logger } from '../config/logger';
import type { Connections } from '../delivery/connections';
import { type AppError, unauthenticated } from '../errors/app-error';
import { toAck } from '../errors/to-ack';
import { toAppError } from '../errors/to-app-error';
import type { EventBus } from '../events/event-bus';
import { bearerToken } from '../helpers/bearer';
import type { OwnSocket } from '../services/presence-store';
import type { AccessVerifier } from '../types/access-verifier';
import type { Actor } from '../types/actor';
import { newEventWindow } from './event-window';
import type { ParleySocket } from './socket-state';

/** The presence side of a socket's life. */
export interface SocketPresence {
  connected(socket: OwnSocket): Promise<void>;
  disconnected(socket: OwnSocket): Promise<void>;
}

export interface SocketAuthenticator {
  /** Checks the handshake's token, if it brings one; without one the socket may still send `authenticate`. */
  handshake(socket: ParleySocket, next: (error?: Error) => void): void;
  /** Serves the `authenticate` event, the first one and every later one that brings a fresh token. */
  onAuthenticate(socket: ParleySocket, readPayload: () => Record<string, unknown>): Promise<object>;
  /** To be called for each connected socket. */
  onConnection(socket: ParleySocket): void;
}

/**
 * Owns who a socket is and how long: from the handshake or from `authenticate` within 10 s, to the end of its token unless a fresh
 * one comes (contract section 3).
 */
export function createSocketAuthenticator(deps: {
  verifyAccess: AccessVerifier;
  connections: Connections;
  presence: SocketPresence;
  bus: EventBus;
  viewSelf: (userId: string) => Promise<unknown>;
  /** Which dialect a connection asked for, or its session's (contract section 1). */
  chooseDialect: (asked: unknown, actor: Actor) => string;
  logger: Logger;
}): SocketAuthenticator {
  const { verifyAccess, connections, presence, bus, viewSelf, chooseDialect, logger } = deps;

  function closeAt(socket: ParleySocket, whenMs: number, message: string): void {
    clearTimeout(socket.data.deadline);
    // Longer waits than a timer can hold are not needed: the client brings a fresh token long before.
    const waitMs = Math.min(Math.max(whenMs - Date.now(), 0), 2 ** 31 - 1);
    socket.data.deadline = setTimeout(() => {
      socket.emit('authentication_error', { message });
      socket.disconnect(true);
    }, waitMs);
  }

  async function admit(socket: ParleySocket, token: string): Promise<Actor> {
    const { actor, expiresAtMs } = await verifyAccess(token);
    const current = socket.data.actor;
    if (current && current.userId !== actor.userId)
      throw unauthenticated('This connection belongs to another user');
    const { auth, query } = socket.handshake;
    socket.data.actor = {
      ...actor,
      dialect: chooseDialect(auth.dialect ?? query.dialect, actor),
      socketId: socket.id,
    };
    closeAt(socket, expiresAtMs, 'The token has expired');
    return socket.data.actor;
  }

  /** Resolves once the socket stands in the user's `socketIds`, so that who is connected is also recorded. */
  async function record(socket: ParleySocket, actor: Actor): Promise<void> {
    if (socket.data.isRecorded) return;
    socket.data.isRecorded = true;
    socket.conn.once('close', () => forget(socket));
    try {
      await presence.connected({ ...actor, socketId: socket.id });
    } finally {
      // Taken away while it was still being written, it may have been written after all.
      if (socket.conn.readyState !== 'open') {
        socket.data.isRecorded = true;
        forget(socket);
      }
    }
  }

  function forget(socket: ParleySocket): void {
    clearTimeout(socket.data.deadline);
    const gone = connections.remove(socket.id);
    if (gone) {
      const { userId, deviceId, socketId } = gone;
      bus.emit('connection.closed', { userId, deviceId, socketId, heardAt: new Date(socket.data.heardAtMs) });
    }
    const { actor, isRecorded } = socket.data;
    if (!actor || !isRecorded) return;
    socket.data.isRecorded = false;
    presence
      .disconnected({ ...actor, socketId: socket.id })
      .catch((error) => logger.warn('A disconnect could not be recorded', { cause: error }));
  }

  function listen(socket: ParleySocket, { userId, deviceId, sessionId, dialect }: Actor): void {
    const isKnown = connections.remove(socket.id) !== undefined;
    const close = () => {
      socket.disconnect(true);
    };
    connections.add({ socketId: socket.id, userId, deviceId, sessionId, dialect, close });
    if (!isKnown) {
      listenForLife(socket);
      bus.emit('connection.opened', { userId, deviceId, socketId: socket.id });
    }
    for (const surplus of connections.ofUser(userId).slice(0, -MAX_SOCKETS_PER_USER))
      surplus.close('too-many');
  }

  /** Any packet counts, pongs included; a half-dead connection is silent long before it closes. */
  function listenForLife(socket: ParleySocket): void {
    const heard = () => {
      socket.data.heardAtMs = Date.now();
    };
    heard();
    socket.conn.on('packet', heard);
  }

  /** A session that ended after the handshake's check was not yet in `connections`, to be closed with it. */
  function closeIfRevoked(socket: ParleySocket): void {
    verifyAccess(handshakeToken(socket) ?? '').catch((error) => {
      if (toAppError(error).code === 'unauthenticated') socket.disconnect(true);
    });
  }

  /**
   * A client takes a refusal as final and does not come back by itself. So one that only came at a bad moment is not refused: its
   * connection breaks, and clients try again after that.
   */
  function refuse(socket: ParleySocket, error: AppError, next: (error?: Error) => void): void {
    if (error.code === 'unavailable') socket.conn.close();
    else next(Object.assign(new Error(error.message), { data: toAck(error).error }));
  }

  return {
    handshake(socket, next) {
      socket.data.heardAtMs = Date.now();
      socket.data.window = newEventWindow();
      const token = handshakeToken(socket);
      if (token === undefined) {
        next();
        return;
      }
      admit(socket, token)
        .then((actor) => record(socket, actor))
        .then(
          () => next(),
          (error) => refuse(socket, toAppError(error), next),
        );
    },

    onConnection(socket) {
      const { actor } = socket.data;
      socket.on('disconnect', () => forget(socket));
      if (actor) {
        listen(socket, actor);
        closeIfRevoked(socket);
      } else closeAt(socket, Date.now() + SOCKET_AUTH_TIMEOUT_MS, 'No authentication within 10 seconds');
    },

    async onAuthenticate(socket, readPayload) {
      try {
        const actor = await admit(socket, String(readPayload().token));
        if (socket.connected) listen(socket, actor);
        await record(socket, actor);
        const user = await viewSelf(actor.userId);
        socket.emit('authenticated', { user });
        return { user };
      } catch (error) {
        const appError = toAppError(error);
        socket.emit('authentication_error', { message: appError.message });
        throw appError;
      }
    },
  };
}

/** `auth.token`, or a bearer token in the header (contract section 3). */
function handshakeToken(socket: ParleySocket): string | undefined {
  const { token } = socket.handshake.auth as { token?: unknown };
  if (typeof token === 'string' && token !== '') return token.replace(/^Bearer +/i, '');
  return bearerToken(socket.handshake.headers.authorization);
}
