import { OFFLINE_GRACE_MS } from '../config/limits';
import type { EventBus } from '../events/event-bus';
import { assertDatabase } from '../models/reach';
import type { Clock } from '../types/clock';
import {
  addSocket,
  endOnline,
  findLeftOnline,
  findNotShown,
  hideOnline,
  isShownOnline,
  type LiveSockets,
  type OwnSocket,
  reconcileSockets,
  showOnline,
  takeSocket,
  takeSocketsBut,
  takeSocketsOfNode,
  writeAway,
} from './presence-store';

const RETRY_AFTER_MS = 2000;
const SWEEP_AFTER_MS = 500;

export interface PresenceService {
  /** Adds a live socket to the user; the first one brings them online. */
  connected(socket: OwnSocket): Promise<void>;
  /** Takes a socket away; after the last one and a short grace the user is offline. */
  disconnected(socket: OwnSocket): Promise<void>;
  /** An away user looks offline to the others while the sockets go on hearing everything. */
  setAway(userId: string, isAway: boolean): Promise<void>;
  /** True while others, if they may know, see this user online. */
  isAnnounced(userId: string): Promise<boolean>;
  /** Takes away what neither this node nor the others hold; at the start. */
  reapStale(otherNodes: readonly string[]): Promise<void>;
  /** Takes away the sockets of a node that ended, and tells of those who are offline thereby. */
  reapNode(node: string, endedAt: Date): Promise<void>;
  /** Tells soon of those who left with a node and did not come back. */
  sweepLater(): void;
  /** Brings the record in step with the sockets there are; for when it may have lost something. */
  reconcile(): Promise<void>;
  /** Sets right soon what a fail-over of the database took back: what is written here waits for no majority. */
  failedOver(otherNodes: () => readonly string[]): void;
  /** Takes this node's sockets away at the end. */
  stop(): Promise<void>;
}

/**
 * Owns `User.socketIds`. Offline is announced late, so that a short loss of the network is not told to anybody; who is shown online
 * is stored, so that of several nodes one announces it.
 */
export function createPresenceService(deps: {
  bus: EventBus;
  clock: Clock;
  nodeId: string;
  live: LiveSockets;
}): PresenceService {
  const { bus, clock, nodeId } = deps;
  const leaving = new Map<string, NodeJS.Timeout>();
  let sweep: NodeJS.Timeout | undefined;
  let isStopped = false;
  let righting: Promise<void> = Promise.resolve();
  /** Once it stops, none counts: what is added late is taken away again. */
  const live: LiveSockets = {
    has: (socketId) => !isStopped && deps.live.has(socketId),
    all: () => (isStopped ? [] : deps.live.all()),
  };

  function announce(userId: string, isOnline: boolean): void {
    bus.emit('presence.changed', { userId, isOnline });
  }

  /** A socket that is gone must not stay in the record because the database was away: tried until it is done. */
  async function untilDone<T>(work: () => Promise<T>): Promise<T | undefined> {
    while (!isStopped) {
      try {
        return await work();
      } catch {
        await new Promise<void>((resolve) => setTimeout(resolve, RETRY_AFTER_MS).unref());
      }
    }
    return undefined;
  }

  async function leave(userId: string): Promise<void> {
    leaving.delete(userId);
    if (await endOnline(userId)) announce(userId, false);
  }

  /** Whoever is shown online and has no socket since before the grace: their node ended before it could tell. */
  async function leaveAllGone(graceMs = OFFLINE_GRACE_MS): Promise<void> {
    const gone = await findLeftOnline(new Date(clock.now().getTime() - graceMs));
    for (const userId of gone) await leave(userId);
  }

  function sweepLater(): void {
    clearTimeout(sweep);
    sweep = setTimeout(() => void untilDone(() => leaveAllGone()), OFFLINE_GRACE_MS + SWEEP_AFTER_MS);
    sweep.unref();
  }

  /** Sockets that are in the record and not there, the other way round, and people who were told of and are not shown. */
  async function rightRecord(otherNodes: readonly string[]): Promise<void> {
    await reconcileSockets(nodeId, live, clock.now());
    await takeSocketsBut([nodeId, ...otherNodes]);
    const userIds = [...new Set([...live.all()].map(({ userId }) => userId))];
    for (const userId of await findNotShown(userIds)) if (await showOnline(userId)) announce(userId, true);
  }

  return {
    async connected(socket) {
      const { userId } = socket;
      clearTimeout(leaving.get(userId));
      leaving.delete(userId);
      if (await addSocket(socket, nodeId, clock.now())) announce(userId, true);
    },

    async disconnected(socket) {
      // `stop` takes all of them away at once, and after it there is no database.
      if (isStopped) return;
      const seen = clock.now();
      const { userId } = socket;
      const isConnected = await untilDone(() => takeSocket(socket, seen));
      if (isConnected !== false || isStopped) return;
      clearTimeout(leaving.get(userId));
      leaving.set(
        userId,
        setTimeout(() => void untilDone(() => leave(userId)), OFFLINE_GRACE_MS),
      );
    },

    async setAway(userId, isAway) {
      await writeAway(userId, isAway);
      const isChanged = isAway ? await hideOnline(userId) : await showOnline(userId);
      if (isChanged) announce(userId, !isAway);
    },

    isAnnounced: isShownOnline,

    async reapStale(otherNodes) {
      await takeSocketsBut([nodeId, ...otherNodes]);
      // Where no node is left, nobody comes back to one that this one does not see.
      await leaveAllGone(otherNodes.length > 0 ? OFFLINE_GRACE_MS : 0);
    },

    async reapNode(node, endedAt) {
      await takeSocketsOfNode(node, endedAt);
      await leaveAllGone();
    },

    sweepLater,

    reconcile: () => reconcileSockets(nodeId, live, clock.now()),

    failedOver(otherNodes) {
      righting = righting.then(async () => {
        await untilDone(() => rightRecord(otherNodes()));
        sweepLater();
      });
    },

    async stop() {
      isStopped = true;
      clearTimeout(sweep);
      for (const timer of leaving.values()) clearTimeout(timer);
      assertDatabase();
      await takeSocketsOfNode(nodeId, clock.now());
    },
  };
}
