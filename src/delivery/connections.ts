/** A live, authenticated socket of this node. */
export interface Connection {
  socketId: string;
  userId: string;
  deviceId: string;
  sessionId: string;
  dialect: string;
  close(why: CloseReason): void;
}

/** Its session is over, or its user has too many. */
export type CloseReason = 'session-over' | 'too-many';

/**
 * This node's share of `User.socketIds`, in memory: who is connected here, and in which dialect. The socket layer adds and
 * removes; delivery reads.
 */
export interface Connections {
  add(connection: Connection): void;
  remove(socketId: string): Connection | undefined;
  ofUser(userId: string): readonly Connection[];
  ofSession(sessionId: string): readonly Connection[];
  has(socketId: string): boolean;
  hasUser(userId: string): boolean;
  hasDevice(userId: string, deviceId: string): boolean;
  userIds(): IterableIterator<string>;
  all(): IterableIterator<Connection>;
  size(): number;
}

const NONE: readonly Connection[] = [];

export function createConnections(): Connections {
  const bySocket = new Map<string, Connection>();
  const byUser = new Map<string, Connection[]>();

  return {
    add(connection) {
      bySocket.set(connection.socketId, connection);
      byUser.set(connection.userId, [...(byUser.get(connection.userId) ?? []), connection]);
    },
    remove(socketId) {
      const connection = bySocket.get(socketId);
      if (!connection) return undefined;
      bySocket.delete(socketId);
      const rest = (byUser.get(connection.userId) ?? []).filter((other) => other.socketId !== socketId);
      if (rest.length > 0) byUser.set(connection.userId, rest);
      else byUser.delete(connection.userId);
      return connection;
    },
    ofUser: (userId) => byUser.get(userId) ?? NONE,
    ofSession: (sessionId) =>
      [...bySocket.values()].filter((connection) => connection.sessionId === sessionId),
    has: (socketId) => bySocket.has(socketId),
    hasUser: (userId) => byUser.has(userId),
    hasDevice: (userId, deviceId) =>
      (byUser.get(userId) ?? NONE).some((connection) => connection.deviceId === deviceId),
    userIds: () => byUser.keys(),
    all: () => bySocket.values(),
    size: () => bySocket.size,
  };
}
