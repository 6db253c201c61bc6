import type { Connection, Connections } from './connections';
import type { MaybeFrame, Outbound } from './outbound';

/** Sends an event to sockets of this node; encodes it once. */
export type Emit = (socketIds: string[], event: string, payload: unknown) => void;

export interface FanOut {
  /**
   * Tells these users on all their devices, or on the connections that `isMeant` picks, each in its own dialect: one frame and one
   * emit per dialect spoken.
   */
  tell(
    userIds: Iterable<string>,
    word: (outbound: Outbound) => MaybeFrame,
    isMeant?: (connection: Connection) => boolean,
  ): void;
  /** Whether in this dialect a message is also told to the socket it came from. */
  echoes(dialect: string): boolean;
}

export function createFanOut(deps: {
  connections: Connections;
  outbounds: ReadonlyMap<string, Outbound>;
  /** For every dialect that has none of its own. */
  emit: Emit;
  /** Of dialects whose connections are not Socket.IO's. */
  emitters?: ReadonlyMap<string, Emit>;
}): FanOut {
  const { connections, outbounds, emitters } = deps;

  /** One emit, or one for each reader of what is worded for each. */
  function send(frame: NonNullable<MaybeFrame>, sockets: readonly Connection[], emit: Emit): void {
    if ('payload' in frame) {
      emit(
        sockets.map(({ socketId }) => socketId),
        frame.event,
        frame.payload,
      );
      return;
    }
    for (const [userId, socketIds] of byUser(sockets)) emit(socketIds, frame.event, frame.payloadFor(userId));
  }

  return {
    tell(userIds, word, isMeant = () => true) {
      const byDialect = new Map<string, Connection[]>();
      for (const userId of userIds) {
        for (const connection of connections.ofUser(userId)) {
          if (!isMeant(connection)) continue;
          const sockets = byDialect.get(connection.dialect);
          if (sockets) sockets.push(connection);
          else byDialect.set(connection.dialect, [connection]);
        }
      }
      for (const [dialect, sockets] of byDialect) {
        const outbound = outbounds.get(dialect);
        const frame = outbound && word(outbound);
        if (frame) send(frame, sockets, emitters?.get(dialect) ?? deps.emit);
      }
    },

    echoes: (dialect) => outbounds.get(dialect)?.echoes ?? true,
  };
}

function byUser(sockets: readonly Connection[]): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const { userId, socketId } of sockets) {
    const group = groups.get(userId);
    if (group) group.push(socketId);
    else groups.set(userId, [socketId]);
  }
  return groups;
}
