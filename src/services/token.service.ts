import { decode, type JwtPayload, sign, verify } from 'jsonwebtoken';
import type { Config } from '../config/env';
import { unauthenticated } from '../errors/app-error';
import { createLru } from '../helpers/lru';
import type { Actor } from '../types/actor';
import type { Clock } from '../types/clock';
import type { SessionLiveness } from './session-liveness.service';
import type { SigningKey } from './signing-key.service';

/** What an access token is allowed to be; longer ones are not looked at. */
const MAX_TOKEN_LENGTH = 4096;
/** The `typ` of a JWT that is an access token and nothing else (RFC 9068). */
const ACCESS_TOKEN_TYPE = 'at+jwt';
const MAX_VERIFIED_TOKENS = 10_000;
const ID = /^[0-9a-f]{24}$/;

export interface VerifiedAccess {
  actor: Actor;
  expiresAtMs: number;
}

export interface TokenService {
  /** Seconds an access token lives. */
  readonly accessTtlSeconds: number;
  /** An access token for a session (contract section 3: `sub`, `sid`, `did`, `dialect`, `iss`, `aud`). */
  signAccess(actor: Actor): string;
  /** Who a token speaks for. @throws unauthenticated when it is wrong, expired or its session has ended; unavailable. */
  verifyAccess(token: string): Promise<VerifiedAccess>;
  /** The public keys (RFC 7517). */
  jwks(): SigningKey['jwks'];
}

export interface TokenDependencies {
  signingKey: SigningKey;
  liveness: SessionLiveness;
  clock: Clock;
  jwt: Pick<Config['jwt'], 'issuer' | 'audience' | 'accessTtlSeconds'>;
}

/** Access tokens: signed and checked by one key and one algorithm. Checked ones are remembered, so that a hot client costs no RSA. */
export function createTokenService({ signingKey, liveness, clock, jwt }: TokenDependencies): TokenService {
  const verified = createLru<VerifiedAccess>(MAX_VERIFIED_TOKENS);

  function check(token: string): VerifiedAccess {
    const key = keyOf(signingKey, token);
    try {
      const claims = verify(token, key, {
        algorithms: [signingKey.algorithm],
        issuer: jwt.issuer,
        audience: jwt.audience,
        clockTimestamp: Math.floor(clock.now().getTime() / 1000),
      });
      return toAccess(claims);
    } catch (cause) {
      throw cause instanceof Error && cause.name === 'TokenExpiredError'
        ? unauthenticated('The access token has expired')
        : unauthenticated();
    }
  }

  return {
    accessTtlSeconds: jwt.accessTtlSeconds,

    signAccess({ userId, sessionId, deviceId, dialect }) {
      const iat = Math.floor(clock.now().getTime() / 1000);
      const claims = {
        sub: userId,
        sid: sessionId,
        did: deviceId,
        dialect,
        iat,
        exp: iat + jwt.accessTtlSeconds,
      };
      return sign(claims, signingKey.signWith, {
        algorithm: signingKey.algorithm,
        issuer: jwt.issuer,
        audience: jwt.audience,
        header: { alg: signingKey.algorithm, typ: ACCESS_TOKEN_TYPE, kid: signingKey.kid },
      });
    },

    async verifyAccess(token) {
      const access = verified.get(token) ?? check(token);
      if (access.expiresAtMs <= clock.now().getTime()) throw unauthenticated('The access token has expired');
      verified.set(token, access);
      if (!(await liveness.isLive(access.actor.sessionId))) throw unauthenticated('The session has ended');
      return { actor: { ...access.actor }, expiresAtMs: access.expiresAtMs };
    },

    jwks: () => signingKey.jwks,
  };
}

/** The header only chooses among our own keys; the algorithm is ours, whatever it says. */
function keyOf(signingKey: SigningKey, token: string) {
  if (token.length > MAX_TOKEN_LENGTH) throw unauthenticated();
  const header = decodeHeader(token);
  const key = header?.typ === ACCESS_TOKEN_TYPE ? signingKey.verifyWith.get(header.kid ?? '') : undefined;
  if (key === undefined) throw unauthenticated();
  return key;
}

function decodeHeader(token: string) {
  try {
    return decode(token, { complete: true })?.header;
  } catch {
    // Its payload is not JSON.
    return undefined;
  }
}

function toAccess(claims: JwtPayload | string): VerifiedAccess {
  if (typeof claims === 'string') throw unauthenticated();
  const { sub, sid, did, dialect, exp } = claims;
  if (!isId(sub) || !isId(sid) || typeof did !== 'string' || typeof dialect !== 'string')
    throw unauthenticated();
  if (typeof exp !== 'number') throw unauthenticated();
  return { actor: { userId: sub, sessionId: sid, deviceId: did, dialect }, expiresAtMs: exp * 1000 };
}

function isId(value: unknown): value is string {
  return typeof value === 'string' && ID.test(value);
}
