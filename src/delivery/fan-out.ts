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
}

export function createFanOut(deps: {
  connections: Connections;
  outbounds: ReadonlyMap<string, Outbound>;
  emit: Emit;
}): FanOut {
  const { connections, outbounds, emit } = deps;
  return {
    tell(userIds, word, isMeant = () => true) {
      const byDialect = new Map<string, string[]>();
      for (const userId of userIds) {
        for (const connection of connections.ofUser(userId)) {
          if (!isMeant(connection)) continue;
          const { dialect, socketId } = connection;
          const sockets = byDialect.get(dialect);
          if (sockets) sockets.push(socketId);
          else byDialect.set(dialect, [socketId]);
        }
      }
      for (const [dialect, socketIds] of byDialect) {
        const outbound = outbounds.get(dialect);
        const frame = outbound && word(outbound);
        if (frame) emit(socketIds, frame.event, frame.payload);
      }
    },
  };
}
