import type { Dialect } from '../dialect.port';
import { createRoomsOutbound, ROOMS_FRAMES } from './outbound';
import { createRoomsRouters } from './rooms.routes';
import { CLIENT_FRAMES, createRoomsUpgrades } from './upgrades';

/** Seed 004: sign-in by email and cookies, rooms of two, and WebSockets without Socket.IO. */
export const roomsDialect: Dialect = {
  name: 'rooms',
  routes: createRoomsRouters,
  serverEvents: ROOMS_FRAMES,
  clientFrames: CLIENT_FRAMES,
  outbound: createRoomsOutbound,
  upgrades: createRoomsUpgrades,
};
