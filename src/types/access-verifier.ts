import type { Actor } from './actor';

/** Checks an access token. @throws unauthenticated when it is wrong, expired or its session has ended. */
export type AccessVerifier = (token: string) => Promise<{ actor: Actor; expiresAtMs: number }>;
