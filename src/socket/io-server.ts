import type { Server as HttpServer } from 'node:http';
import { Server } from 'socket.io';
import type { SocketTransport } from '../config/env-sockets';
import { MAX_SOCKET_FRAME_BYTES } from '../config/limits';
import type { Connections } from '../delivery/connections';
import type { EventBus } from '../events/event-bus';
import type { SocketAuthenticator } from './authenticate';
import type { ParleySocket } from './socket-state';

/**
 * The Socket.IO server. Compression stays off: it costs 15 times the memory per connection. Socket.IO's own recovery stays off:
 * `sync:request` replaces it (docs/decisions).
 */
export function createIoServer(
  http: HttpServer,
  { origin, transports }: { origin: (string | RegExp)[] | '*'; transports: SocketTransport[] },
): Server {
  return new Server(http, {
    cors: { origin },
    transports,
    maxHttpBufferSize: MAX_SOCKET_FRAME_BYTES,
    // What upgrades at other paths is answered by the upgrade gate.
    destroyUpgrade: false,
    perMessageDeflate: false,
    httpCompression: false,
    serveClient: false,
    pingInterval: 25_000,
    pingTimeout: 20_000,
    connectTimeout: 20_000,
  });
}

/** Connects the pieces: who a socket is, what its events do, and when its session's end closes it. */
export function serveSockets(deps: {
  io: Server;
  authenticator: SocketAuthenticator;
  route: (socket: ParleySocket) => void;
  connections: Connections;
  bus: EventBus;
  /** Hears of every connection that ended. */
  onGone: (socketId: string) => void;
}): void {
  const { io, authenticator, route, connections, bus, onGone } = deps;
  io.use((socket, next) => authenticator.handshake(socket as ParleySocket, next));
  io.on('connection', (socket) => {
    authenticator.onConnection(socket as ParleySocket);
    route(socket as ParleySocket);
    socket.on('disconnect', () => onGone(socket.id));
  });
  bus.on('session.revoked', ({ sessionIds }) => {
    for (const sessionId of sessionIds)
      for (const connection of connections.ofSession(sessionId)) connection.close('session-over');
  });
}
