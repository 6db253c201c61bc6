import { performance } from 'node:perf_hooks';
import type { Logger } from '../config/logger';
import { isDuplicateKey } from '../errors/from-mongo';
import { createRepeater } from '../helpers/repeater';
import type { NodeLeaseRecord } from '../models/node-lease.model';
import {
  claimLease,
  insertLease,
  LEASE_MS,
  readLeases,
  removeLease,
  renewLease,
  type SeenLease,
} from './lease-store';
import { isProcessGone, newNodeId, PROCESS_HOST } from './node-identity';

const BEAT_MS = 1000;
/** Without a beat for this long the database was away, or this process stood still: what is seen then says little of others. */
const UNSTEADY_AFTER_MS = 4000;
/** A start waits this long for the others to notice it. */
const KNOWN_WITHIN_MS = 3000;
const LOOK_EVERY_MS = 50;
/** For so long a look at the leases says that nobody else serves; shorter than a start waits to be noticed. */
const ALONE_FOR_MS = 2500;

export type EndedLease = Pick<NodeLeaseRecord, '_id' | 'checkpoint' | 'until'>;

/** What the rest of the server does about nodes that come and go. */
export interface LeaseHooks {
  /** Everything this node wrote to the log before is told and projected. */
  checkpoint(): Date;
  /** Resolves once nothing that others write from now on is missed; called again and again while there are others. */
  hearOthers(): Promise<void>;
  /** Does what an ended node left undone; repeated when it fails. */
  takeOver(lease: EndedLease): Promise<void>;
  /** Another node went: what it knew and did not say any more is lost. */
  othersWent(): void;
  /** This node was taken for ended and taken over: it begins anew. */
  lapsed(): Promise<void>;
  /** Something that others wrote may have passed this node by. */
  missed(): void;
}

export interface NodeLease {
  readonly id: string;
  /** True while other nodes serve this database too. */
  hasOthers(): boolean;
  /** The ids of the others. */
  others(): string[];
  /**
   * A number for as long as surely no other node serves this database, another one the next time; undefined while there is one, or may
   * be one that this node did not notice yet.
   */
  alonePeriod(): number | undefined;
  /** True on the one node that does what needs to be done once: the longest serving. */
  isFirst(): boolean;
  /** Takes a lease, after what ended nodes left behind; resolves when the others tell this node what they write. */
  join(hooks: LeaseHooks): Promise<void>;
  /** Ends the beats; with `isClean` the lease as well, else it runs out and another node, or the next start, takes over. */
  leave(isClean: boolean): Promise<void>;
}

/**
 * Owns this node's lease and its view of the others. A node is dead when its lease ran out by the database's clock, seen by a node
 * whose own beats were steady for a whole lease: so nobody is declared dead because the database was away for all.
 */
export function createNodeLease({ logger, id = newNodeId() }: { logger: Logger; id?: string }): NodeLease {
  let hooks: LeaseHooks | undefined;
  let others: SeenLease[] = [];
  let firstId: string | undefined;
  let isHeld = false;
  let isKnownToAll = true;
  let lastBeatMs = performance.now();
  let steadySinceMs = Number.NEGATIVE_INFINITY;
  const reaping = new Set<string>();
  let period = 0;
  let lookedAtMs = Number.NEGATIVE_INFINITY;

  const repeater = createRepeater({
    everyMs: BEAT_MS,
    run: beat,
    onError: (cause) => logger.warn('The lease of this node could not be renewed; trying on', { cause }),
  });

  async function look(): Promise<void> {
    const startedMs = performance.now();
    const seen = await readLeases();
    firstId = seen.find((lease) => !lease.isOver)?._id;
    const before = others;
    others = seen.filter((lease) => lease._id !== id);
    if (others.length > 0 || startedMs - lookedAtMs > ALONE_FOR_MS) period += 1;
    lookedAtMs = startedMs;
    if (before.some((lease) => !others.some(({ _id }) => _id === lease._id))) hooks?.othersWent();
  }

  function noteBeat(): void {
    const nowMs = performance.now();
    if (nowMs - lastBeatMs > UNSTEADY_AFTER_MS) steadySinceMs = nowMs;
    lastBeatMs = nowMs;
  }

  function isDead(lease: SeenLease): boolean {
    return isProcessGone(lease) || (lease.isOver && performance.now() - steadySinceMs >= LEASE_MS);
  }

  async function beat(): Promise<void> {
    if (!hooks) return;
    await look();
    if (others.length > 0) await hooks.hearOthers();
    const knows = others.map((lease) => lease._id);
    const isRenewed = isHeld && (await renewLease(id, { checkpoint: hooks.checkpoint(), knows }));
    noteBeat();
    if (!isRenewed) return beginAnew(hooks);
    for (const lease of others) if (isDead(lease)) void reap(lease, hooks);
    if (!isKnownToAll && isKnown()) {
      isKnownToAll = true;
      hooks.missed();
    }
  }

  /** The lease is gone or about to go: takes a new one as soon as what was left of the old one is cleared away. */
  async function beginAnew(own: LeaseHooks): Promise<void> {
    isHeld = false;
    try {
      await insertLease(newLease(own));
    } catch (error) {
      if (isDuplicateKey(error)) return;
      throw error;
    }
    isHeld = true;
    isKnownToAll = others.length === 0;
    logger.warn('This node was taken for ended; its clients connect anew');
    await own.lapsed();
  }

  function newLease(own: LeaseHooks) {
    const knows = others.map((lease) => lease._id);
    return { _id: id, host: PROCESS_HOST, pid: process.pid, checkpoint: own.checkpoint(), knows };
  }

  async function reap(lease: SeenLease, own: LeaseHooks): Promise<void> {
    if (reaping.has(lease._id)) return;
    reaping.add(lease._id);
    try {
      if (!(await claimLease(lease, id, isProcessGone(lease)))) return;
      await own.takeOver(lease);
      await removeLease(lease._id);
      logger.info(`Took over from node ${lease._id}, which ended`);
    } catch (cause) {
      logger.warn(`What node ${lease._id} left behind could not be taken over; trying again`, { cause });
    } finally {
      reaping.delete(lease._id);
    }
  }

  /** Every other node that lives tells this one what it writes. */
  function isKnown(): boolean {
    return others.every((lease) => lease.isOver || lease.knows.includes(id));
  }

  async function waitUntilKnown(): Promise<void> {
    const endMs = performance.now() + KNOWN_WITHIN_MS;
    while (!isKnown() && performance.now() < endMs) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
      await look();
    }
    isKnownToAll = isKnown();
  }

  return {
    id,
    hasOthers: () => others.length > 0,
    others: () => others.map((lease) => lease._id),
    isFirst: () => isHeld && firstId === id,
    alonePeriod() {
      const isAlone = isHeld && others.length === 0 && performance.now() - lookedAtMs < ALONE_FOR_MS;
      return isAlone ? period : undefined;
    },

    async join(given) {
      hooks = given;
      await look();
      for (const lease of others) if (lease.isOver || isProcessGone(lease)) await reap(lease, given);
      await insertLease(newLease(given));
      isHeld = true;
      await beat();
      repeater.start();
      await waitUntilKnown();
    },

    async leave(isClean) {
      await repeater.stop();
      if (isClean && isHeld) await removeLease(id);
      isHeld = false;
      hooks = undefined;
    },
  };
}
