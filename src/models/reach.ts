import mongoose, { type mongo } from 'mongoose';
import { unavailable } from '../errors/app-error';

/** An election that somebody asked for is over sooner; whoever asks meanwhile waits for its end. */
const GRACE_MS = 3000;

type Listener = (isAway: boolean) => void;

/** One connection serves the process, as Mongoose's own is one for all. */
let followed: mongo.MongoClient | undefined;
let isAway = false;
let timer: NodeJS.Timeout | undefined;
const listeners = new Set<Listener>();

/**
 * Follows by the driver's own monitoring whether there is a server that takes writes; to be called once connected. One that is gone
 * for 3 s counts as away until the driver finds another or the same again.
 */
export function followReach(): void {
  const client = mongoose.connection.getClient();
  if (client === followed) return;
  followed = client;
  client.on('topologyDescriptionChanged', ({ newDescription: { servers } }) => {
    const isThere = [...servers.values()].some((server) => server.isWritable);
    if (isThere) settle(false);
    else timer ??= setTimeout(() => settle(true), GRACE_MS).unref();
  });
  client.on('topologyClosed', () => settle(false));
}

function settle(isAwayNow: boolean): void {
  clearTimeout(timer);
  timer = undefined;
  if (isAway === isAwayNow) return;
  isAway = isAwayNow;
  for (const listener of listeners) listener(isAway);
}

/** True while there is no database to ask: what needs it is refused at once instead of each waiting for the driver's search. */
export function isDatabaseAway(): boolean {
  return isAway;
}

/** @throws unavailable while the database is away; nothing was done then. */
export function assertDatabase(): void {
  if (isAway) throw unavailable('The database cannot be reached', 2);
}

/** Calls back when the database is away and when it is there again, until the function is called that it answers. */
export function onDatabaseReach(listener: Listener): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}
