import type { Server, Socket } from 'socket.io';
import { MAX_SOCKET_BACKLOG_BYTES, MAX_SOCKET_BACKLOG_PACKETS } from '../config/limits';
import type { Logger } from '../config/logger';
import { createRepeater, type Repeater } from '../helpers/repeater';

const EVERY_MS = 1000;
/** Fewer waiting packets than this are not worth counting their bytes. */
const FEW_PACKETS = 20;

/**
 * Cuts off clients that do not take what they are sent: what waits for them would fill the memory until their silence is noticed, 45 s
 * later. They come back and sync, like after any lost connection.
 */
export function createSlowConsumerWatch(io: Server, logger: Logger): Repeater {
  return createRepeater({
    everyMs: EVERY_MS,
    async run() {
      for (const socket of io.sockets.sockets.values()) {
        const backlog = backlogOf(socket);
        if (backlog.packets <= MAX_SOCKET_BACKLOG_PACKETS && backlog.bytes <= MAX_SOCKET_BACKLOG_BYTES)
          continue;
        logger.warn('A client that does not read was cut off', backlog);
        // Nothing more can be told to it, so not by a packet. Its connection just ends, and clients come back after that.
        socket.conn.close(true);
      }
    },
    onError: (cause) => logger.warn('Slow clients could not be looked for', { cause }),
  });
}

/** What waits in this process for a connection: packets not handed over yet, and bytes that the kernel did not take. */
function backlogOf(socket: Socket): { packets: number; bytes: number } {
  const { writeBuffer, transport } = socket.conn as unknown as Connection;
  const packets = writeBuffer.length;
  let bytes = transport.socket?.bufferedAmount ?? 0;
  if (packets > FEW_PACKETS) for (const { data } of writeBuffer) bytes += data?.length ?? 0;
  return { packets, bytes };
}

/** The parts of Engine.IO's socket that its types keep to themselves; a poll has no socket. */
interface Connection {
  writeBuffer: Array<{ data?: string | Buffer }>;
  transport: { socket?: { bufferedAmount?: number } };
}
