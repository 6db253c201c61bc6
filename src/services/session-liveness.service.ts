/**
 * Tells whether a session still lives, from a cache that is never older than a second: a logout on any node ends access
 * here within that time (contract section 3), and at once when this node's bus tells of it.
 */
import type { EventBus } from '../events/event-bus';
import { createLru } from '../helpers/lru';
import { gatherReads } from '../models/gathered-reads';
import { toObjectId } from '../models/object-id';
import { assertDatabase } from '../models/reach';
import { SessionModel } from '../models/session.model';
import { trusted } from '../models/trusted';
import type { Clock } from '../types/clock';

/** Below the promised second, so that the time of the request itself fits in. */
const MAX_AGE_MS = 800;
const MAX_SESSIONS = 50_000;

export interface SessionLiveness {
  /** True while the session is neither revoked nor over. Rejects when the database cannot tell. */
  isLive(sessionId: string): Promise<boolean>;
}

interface Answer {
  askedAtMs: number;
  isLive: boolean;
}

/** Makes the cache and subscribes it to `session.revoked`. */
export function createSessionLiveness({ bus, clock }: { bus: EventBus; clock: Clock }): SessionLiveness {
  const answers = createLru<Answer>(MAX_SESSIONS);
  const asking = new Map<string, Promise<boolean>>();

  bus.on('session.revoked', ({ sessionIds }) => {
    for (const id of sessionIds) answers.set(id, { askedAtMs: Number.POSITIVE_INFINITY, isLive: false });
  });

  const readLive = gatherReads(async (ids) => {
    const live = await SessionModel.find(
      {
        _id: trusted({ $in: ids.map(toObjectId) }),
        revokedAt: null,
        expiresAt: trusted({ $gt: clock.now() }),
      },
      { _id: 1 },
    ).lean();
    return new Map(live.map(({ _id }) => [String(_id), true]));
  });

  async function ask(sessionId: string): Promise<boolean> {
    assertDatabase();
    const now = clock.now();
    const isLive = (await readLive([sessionId])).has(sessionId);
    // A revocation heard of while we asked is the newer knowledge.
    if (answers.get(sessionId)?.askedAtMs === Number.POSITIVE_INFINITY) return false;
    answers.set(sessionId, { askedAtMs: now.getTime(), isLive });
    return isLive;
  }

  return {
    async isLive(sessionId) {
      const known = answers.get(sessionId);
      if (known?.askedAtMs === Number.POSITIVE_INFINITY) return false;
      const ageMs = clock.now().getTime() - (known?.askedAtMs ?? 0);
      if (known && ageMs >= 0 && ageMs < MAX_AGE_MS) return known.isLive;
      const answer = asking.get(sessionId) ?? ask(sessionId).finally(() => asking.delete(sessionId));
      asking.set(sessionId, answer);
      return answer;
    },
  };
}
