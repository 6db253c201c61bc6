import { createHash } from 'node:crypto';
import type { DomainEvents } from '../../events/domain-events';
import { isSeenOnline } from '../../presenters/user.presenter';
import type { ListedPerson } from '../../services/directory.service';
import type { PlainSocket } from '../../socket/plain/plain-side';
import type { DialectGround } from '../dialect.port';
import { encodeFrame } from './outbound';

const MAX_PEOPLE = 500;
/** What changes within this time is told together. */
const COALESCE_MS = 200;
/** And then not again before this time, however much changes. */
const PAUSE_MS = 1000;

/** Somebody who looks at the list of people. */
interface Viewer {
  sockets: Set<PlainSocket>;
  /** Those who were sent no list yet. */
  fresh: Set<PlainSocket>;
  /** Who stood in the last list, and what tells that list from others. */
  listed: Set<string>;
  digest: string | undefined;
}

export interface PeopleFeed {
  opened(socket: PlainSocket): void;
  closed(socket: PlainSocket): void;
  stop(): void;
}

/**
 * Sends `/users` its list, at once and when it changes. Lists are made one after the other, and one that says what the last one said is
 * not sent; so however much happens there is one list in the making, and one a second for each viewer.
 */
export function createPeopleFeed({ bus, services }: DialectGround): PeopleFeed {
  const viewers = new Map<string, Viewer>();
  const stale = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  let isAtWork = false;
  let pausedUntilMs = 0;
  let isStopped = false;

  async function renew(userId: string, viewer: Viewer): Promise<void> {
    const people = await services.directory.list(userId, MAX_PEOPLE);
    const frame = encodeFrame('USERS', people.map(presentPerson));
    const digest = createHash('sha1').update(frame).digest('base64');
    const isNews = viewer.digest !== digest;
    for (const socket of isNews ? viewer.sockets : viewer.fresh) socket.send(frame);
    viewer.fresh.clear();
    viewer.digest = digest;
    viewer.listed = new Set(people.map(({ user }) => String(user._id)));
  }

  /** Resolves to whether all could be told; those who could not are told in the next round. */
  async function renewAll(): Promise<boolean> {
    const turn = [...stale];
    stale.clear();
    let isDone = true;
    for (const userId of turn) {
      const viewer = viewers.get(userId);
      if (!viewer || isStopped) continue;
      await renew(userId, viewer).catch(() => {
        isDone = false;
        stale.add(userId);
      });
    }
    return isDone;
  }

  /** Nobody who came meanwhile waits for their first list. */
  const isAwaited = () => [...stale].some((userId) => (viewers.get(userId)?.fresh.size ?? 0) > 0);

  function plan(afterMs: number): void {
    if (isAtWork || isStopped || stale.size === 0) return;
    clearTimeout(timer);
    timer = setTimeout(work, afterMs);
  }

  async function work(): Promise<void> {
    isAtWork = true;
    const isDone = await renewAll();
    isAtWork = false;
    pausedUntilMs = Date.now() + PAUSE_MS;
    plan(isDone && isAwaited() ? 0 : PAUSE_MS);
  }

  function expire(userIds: Iterable<string>): void {
    const before = stale.size;
    for (const userId of userIds) if (viewers.has(userId)) stale.add(userId);
    if (before === 0) plan(Math.max(COALESCE_MS, pausedUntilMs - Date.now()));
  }

  /** Who sees this person, or has a list that is not full and may see them now. */
  function seersOf(userId: string): string[] {
    const sees = ({ listed }: Viewer) => listed.has(userId) || listed.size < MAX_PEOPLE;
    return [...viewers].flatMap(([viewerId, viewer]) => (sees(viewer) ? [viewerId] : []));
  }

  const personChanged = ({ userId }: DomainEvents['user.updated']) => expire(seersOf(userId));
  bus.on('presence.changed', personChanged);
  bus.on('user.updated', personChanged);
  bus.on('user.deleted', personChanged);
  bus.on('contact.changed', ({ ownerId, userId }) => expire([ownerId, userId]));
  bus.on('chat.created', ({ memberIds }) => expire(memberIds));

  return {
    opened(socket) {
      const { userId } = socket.actor;
      const viewer = viewers.get(userId) ?? {
        sockets: new Set(),
        fresh: new Set(),
        listed: new Set(),
        digest: undefined,
      };
      viewers.set(userId, viewer);
      viewer.sockets.add(socket);
      viewer.fresh.add(socket);
      stale.add(userId);
      plan(0);
    },

    closed(socket) {
      const { userId } = socket.actor;
      const viewer = viewers.get(userId);
      viewer?.sockets.delete(socket);
      viewer?.fresh.delete(socket);
      if (viewer?.sockets.size === 0) viewers.delete(userId);
    },

    stop() {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}

/** The address is for those one has a room with; others see who somebody is, and whether they are there. */
function presentPerson({ user, relation, isPartner }: ListedPerson) {
  const { _id, name, email, emailVerified } = user;
  const isShown = isPartner && emailVerified;
  return {
    id: String(_id),
    name,
    email: isShown ? (email ?? null) : null,
    online: isSeenOnline(user, relation),
  };
}
