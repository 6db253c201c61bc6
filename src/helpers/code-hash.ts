import { createHmac } from 'node:crypto';
import bcrypt from 'bcrypt';

/**
 * A million codes are searched in no time at any cost that a sign-in could bear, so bcrypt (contract section 3) gets its lowest, about 1 ms;
 * what keeps a glance at the database from being a sign-in is the secret.
 */
const BCRYPT_COST = 4;

/** What is stored of a one-time code for this address: of no use to who has the database and not the secret. */
export function hashCode(secret: Buffer, address: string, code: string): Promise<string> {
  return bcrypt.hash(sealed(secret, address, code), BCRYPT_COST);
}

/** Whether this is the code of which `hash` was stored for the address. */
export function isCodeOf(hash: string, secret: Buffer, address: string, code: string): Promise<boolean> {
  return bcrypt.compare(sealed(secret, address, code), hash);
}

/** 43 characters; bcrypt looks at the first 72. */
function sealed(secret: Buffer, address: string, code: string): string {
  return createHmac('sha256', secret).update(`${address}\n${code}`).digest('base64url');
}
