import type { Dialect } from './dialect.port';
import { v1Dialect } from './v1';

/** Every dialect of this build besides the native one. To take one out delete its line, its folder, its documents and its tests. */
export const DIALECTS: readonly Dialect[] = [v1Dialect];
