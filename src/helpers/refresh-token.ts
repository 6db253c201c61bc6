/**
 * The text of refresh tokens: session id, generation, and a MAC over both. Being derived, a token has exactly one
 * successor, which can be given out again to a client that lost the answer (contract section 3); to clients it is opaque.
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

const TOKEN = /^([0-9a-f]{24})\.([1-9]\d{0,8})\.([\w-]{43})$/;

export interface RefreshTokenParts {
  sessionId: string;
  generation: number;
  /** SHA-256 of the whole token, as stored. */
  hash: string;
  /** Only a token we made may be held against its session; anybody can write a number into a text. */
  isOurs: boolean;
}

/** The token of one generation of a session. */
export function mintRefreshToken(secret: Buffer, sessionId: string, generation: number): string {
  const head = `${sessionId}.${generation}`;
  return `${head}.${macOf(secret, head)}`;
}

/** Takes a token apart; undefined when it has not the form of one. */
export function readRefreshToken(secret: Buffer, token: string): RefreshTokenParts | undefined {
  const [, sessionId, generation, mac] = TOKEN.exec(token) ?? [];
  if (sessionId === undefined || generation === undefined || mac === undefined) return undefined;
  const expected = macOf(secret, `${sessionId}.${generation}`);
  const isOurs = timingSafeEqual(Buffer.from(mac), Buffer.from(expected));
  return { sessionId, generation: Number(generation), hash: hashRefreshToken(token), isOurs };
}

/** What is stored of a token. */
export function hashRefreshToken(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}

function macOf(secret: Buffer, head: string): string {
  return createHmac('sha256', secret).update(head).digest('base64url');
}
