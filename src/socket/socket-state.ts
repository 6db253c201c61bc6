import type { Socket } from 'socket.io';
import type { Actor } from '../types/actor';
import type { EventWindow } from './event-window';

/** What the server keeps with each socket. */
export interface SocketState {
  /** Set once authenticated. */
  actor?: Actor;
  /** The socket stands in `User.socketIds`. */
  isRecorded?: boolean;
  /** Closes the socket: at the end of its token, or when it never authenticated. */
  deadline?: NodeJS.Timeout;
  /** When its last packet came, in ms since 1970. */
  heardAtMs: number;
  /** Events counted in the current window. */
  window: EventWindow;
}

export type ParleySocket = Socket<
  Record<string, never>,
  Record<string, (payload: unknown) => void>,
  never,
  SocketState
>;
