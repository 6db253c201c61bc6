import type { Dialect } from './dialect.port';
import { directDialect } from './direct';
import { kebabDialect } from './kebab';
import { roomsDialect } from './rooms';
import { v1Dialect } from './v1';

/** Every dialect of this build besides the native one. To take one out delete its lines here, its folder, its documents and its test. */
export const DIALECTS: readonly Dialect[] = [v1Dialect, kebabDialect, directDialect, roomsDialect];
