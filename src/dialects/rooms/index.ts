import type { Dialect } from '../dialect.port';
import { createRoomsRouters } from './rooms.routes';

/** Seed 004: sign-in by email and cookies, and rooms of two. */
export const roomsDialect: Dialect = {
  name: 'rooms',
  routes: createRoomsRouters,
};
