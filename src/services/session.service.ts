/**
 * Sessions: one login on one device, with its family of refresh tokens (contract section 3). What ends here is announced as
 * `session.revoked`; other nodes learn of it from the database (jobs/watch-revocations).
 */
import { AppError, unauthenticated } from '../errors/app-error';
import type { EventBus } from '../events/event-bus';
import {
  hashRefreshToken,
  mintRefreshToken,
  type RefreshTokenParts,
  readRefreshToken,
} from '../helpers/refresh-token';
import { SessionModel, type SessionRecord } from '../models/session.model';
import { trusted } from '../models/trusted';
import type { Clock } from '../types/clock';

/** A client that lost the answer may repeat the token it spent for this long (contract section 3). */
export const REFRESH_GRACE_MS = 10_000;
const DAY_MS = 86_400_000;

export interface SessionWithToken {
  session: SessionRecord;
  refreshToken: string;
}

export interface SessionService {
  /** Starts a session; an older one of the same user and device ends. */
  create(login: { userId: string; deviceId: string; dialect: string }): Promise<SessionWithToken>;
  /**
   * Exchanges a refresh token for its successor, once; the same token again within 10 s gets the same successor.
   * @throws unauthenticated for a token that is unknown, over, or of another device; token_reused for a spent one, whose
   * session ends thereby.
   */
  rotate(refreshToken: string, deviceId?: string): Promise<SessionWithToken>;
  /** Ends one session. */
  revoke(userId: string, sessionId: string): Promise<void>;
  /** Ends the session that a refresh token of ours is of, spent or not; any other text ends nothing. */
  revokeByToken(refreshToken: string): Promise<void>;
  /** Ends the sessions of one device. */
  revokeDevice(userId: string, deviceId: string): Promise<void>;
  /** Ends every session of a user, except one if given. */
  revokeAll(userId: string, exceptSessionId?: string): Promise<void>;
}

export interface SessionDependencies {
  bus: EventBus;
  clock: Clock;
  /** Secret the refresh tokens are derived from, as in `SigningKey`. */
  refreshSecret: Buffer;
  refreshTtlDays: number;
}

export function createSessionService(deps: SessionDependencies): SessionService {
  const { bus, clock, refreshSecret } = deps;
  const expiry = (now: Date): Date => new Date(now.getTime() + deps.refreshTtlDays * DAY_MS);

  async function end(userId: string, sessions: ReadonlyArray<Pick<SessionRecord, '_id'>>): Promise<void> {
    if (sessions.length === 0) return;
    const sessionIds = sessions.map(({ _id }) => String(_id));
    await SessionModel.updateMany(
      { _id: trusted({ $in: sessionIds }), revokedAt: null },
      { $set: { revokedAt: clock.now() } },
    );
    bus.emit('session.revoked', { userId, sessionIds });
  }

  /** A spent token: its immediate predecessor may be a lost answer, anything else is theft. */
  async function repeat(parts: RefreshTokenParts, deviceId: string | undefined): Promise<SessionWithToken> {
    const session = await SessionModel.findById(parts.sessionId).lean();
    const isKnown = session && parts.isOurs && parts.generation < session.generation;
    if (!isKnown || (deviceId !== undefined && deviceId !== session.deviceId)) throw refused();
    const now = clock.now();
    if (mayRepeat(session, parts, now)) {
      return { session, refreshToken: mintRefreshToken(refreshSecret, parts.sessionId, session.generation) };
    }
    if (!session.revokedAt) await end(String(session.userId), [session]);
    throw new AppError('token_reused', 'This refresh token was used before; the session has been ended');
  }

  return {
    async create({ userId, deviceId, dialect }) {
      await end(userId, await findLive({ userId, deviceId }));
      const now = clock.now();
      const draft = new SessionModel({ userId, deviceId, dialect, expiresAt: expiry(now) });
      const refreshToken = mintRefreshToken(refreshSecret, String(draft._id), draft.generation);
      draft.refreshHash = hashRefreshToken(refreshToken);
      const session = (await draft.save()).toObject();
      // Two logins at once of one device see each other here at the latest; both agree on the one to keep.
      await end(userId, (await findLive({ userId, deviceId })).slice(1));
      return { session, refreshToken };
    },

    async rotate(refreshToken, deviceId) {
      const parts = readRefreshToken(refreshSecret, refreshToken);
      if (!parts) throw refused();
      const { sessionId, generation, hash } = parts;
      const successor = mintRefreshToken(refreshSecret, sessionId, generation + 1);
      const now = clock.now();
      const session = await SessionModel.findOneAndUpdate(
        {
          _id: sessionId,
          generation,
          refreshHash: hash,
          revokedAt: null,
          expiresAt: trusted({ $gt: now }),
          ...(deviceId !== undefined && { deviceId }),
        },
        {
          $set: {
            generation: generation + 1,
            refreshHash: hashRefreshToken(successor),
            rotatedAt: now,
            expiresAt: expiry(now),
          },
        },
        { returnDocument: 'after' },
      ).lean();
      return session ? { session, refreshToken: successor } : repeat(parts, deviceId);
    },

    async revoke(userId, sessionId) {
      await end(userId, await findLive({ userId, _id: sessionId }));
    },

    async revokeByToken(refreshToken) {
      const parts = readRefreshToken(refreshSecret, refreshToken);
      if (!parts?.isOurs) return;
      const session = await SessionModel.findById(parts.sessionId).lean();
      if (session && !session.revokedAt) await end(String(session.userId), [session]);
    },

    async revokeDevice(userId, deviceId) {
      await end(userId, await findLive({ userId, deviceId }));
    },

    async revokeAll(userId, exceptSessionId) {
      const sessions = await findLive({ userId });
      await end(
        userId,
        sessions.filter(({ _id }) => String(_id) !== exceptSessionId),
      );
    },
  };
}

/** Sessions not ended, newest first. */
async function findLive(filter: {
  userId: string;
  deviceId?: string;
  _id?: string;
}): Promise<Pick<SessionRecord, '_id'>[]> {
  return SessionModel.find({ ...filter, revokedAt: null }, { _id: 1 })
    .sort({ _id: -1 })
    .lean();
}

function mayRepeat(session: SessionRecord, { generation }: RefreshTokenParts, now: Date): boolean {
  if (session.revokedAt || session.expiresAt <= now || generation !== session.generation - 1) return false;
  return now.getTime() - (session.rotatedAt?.getTime() ?? 0) <= REFRESH_GRACE_MS;
}

function refused(): AppError {
  return unauthenticated('The refresh token is not valid');
}
