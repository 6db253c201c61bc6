/**
 * The key that signs access tokens and from which refresh tokens are derived. With `JWT_SECRET` it is that secret (HS256),
 * else the RSA pair in `KEYS_DIR` (RS256): `private.pem` signs; `public.pem`, and each further `*public*.pem` of a
 * retired key, is accepted and published. Outside production a missing pair is made at the first start.
 */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  hkdfSync,
  type KeyObject,
} from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Config } from '../config/env';
import { StartError } from '../errors/start-error';
import { ensureKeyPair, PRIVATE_KEY_FILE, PUBLIC_KEY_FILE } from '../helpers/key-files';

export interface PublicJwk {
  kty: string;
  n: string;
  e: string;
  kid: string;
  use: 'sig';
  alg: 'RS256';
}

export interface SigningKey {
  algorithm: 'RS256' | 'HS256';
  /** Names `signWith` in the header of a token. */
  kid: string;
  signWith: KeyObject;
  /** By `kid`: every key whose tokens are accepted. */
  verifyWith: ReadonlyMap<string, KeyObject>;
  /** What `GET /.well-known/jwks.json` answers; no keys under HS256. */
  jwks: { keys: PublicJwk[] };
  /** Secret of the refresh tokens, 32 bytes. */
  refreshSecret: Buffer;
  /** Secret of the addresses under which media is served, 32 bytes. */
  mediaSecret: Buffer;
  /** What one-time codes are sealed with before they are stored, 32 bytes. */
  otpSecret: Buffer;
}

/** Loads the configured key. @throws StartError that names what is missing, in production or when a file is no RSA key. */
export async function loadSigningKey(
  jwt: Config['jwt'],
  { isProduction }: { isProduction: boolean },
): Promise<SigningKey> {
  if (jwt.secret !== undefined) return fromSecret(jwt.secret);
  if (!isProduction) await ensureKeyPair(jwt.keysDir);
  return fromKeyPair(jwt.keysDir);
}

function fromSecret(secret: string): SigningKey {
  const key = createSecretKey(Buffer.from(secret, 'utf8'));
  const kid = derive(key.export(), 'kid').toString('base64url').slice(0, 16);
  return {
    algorithm: 'HS256',
    kid,
    signWith: key,
    verifyWith: new Map([[kid, key]]),
    jwks: { keys: [] },
    refreshSecret: derive(key.export(), 'refresh'),
    mediaSecret: derive(key.export(), 'media'),
    otpSecret: derive(key.export(), 'otp'),
  };
}

async function fromKeyPair(keysDir: string): Promise<SigningKey> {
  const signWith = await readKey(keysDir, PRIVATE_KEY_FILE, createPrivateKey);
  const secret = signWith.export({ type: 'pkcs8', format: 'der' });
  const published = await readPublicKeys(keysDir);
  const kid = toJwk(createPublicKey(signWith)).kid;
  if (!published.has(kid)) {
    throw new StartError(`${PRIVATE_KEY_FILE} and ${PUBLIC_KEY_FILE} in ${keysDir} are not a pair`);
  }
  return {
    algorithm: 'RS256',
    kid,
    signWith,
    verifyWith: published,
    jwks: { keys: [...published.values()].map(toJwk) },
    refreshSecret: derive(secret, 'refresh'),
    mediaSecret: derive(secret, 'media'),
    otpSecret: derive(secret, 'otp'),
  };
}

async function readPublicKeys(keysDir: string): Promise<Map<string, KeyObject>> {
  const names = (await readdir(keysDir)).filter((name) => /public.*\.pem$/.test(name)).sort();
  const keys = new Map<string, KeyObject>();
  for (const name of new Set([PUBLIC_KEY_FILE, ...names])) {
    const key = await readKey(keysDir, name, createPublicKey);
    keys.set(toJwk(key).kid, key);
  }
  return keys;
}

async function readKey(keysDir: string, name: string, parse: (pem: Buffer) => KeyObject): Promise<KeyObject> {
  const file = path.join(keysDir, name);
  try {
    const key = parse(await readFile(file));
    if (key.asymmetricKeyType !== 'rsa') throw new Error('it is not an RSA key');
    return key;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new StartError(`Cannot read the key ${file} (npm run generate:keys makes a pair): ${why}`, cause);
  }
}

/** The `kid` is the key's thumbprint (RFC 7638), so that the same key has the same name on every node. */
function toJwk(key: KeyObject): PublicJwk {
  const { kty = '', n = '', e = '' } = key.export({ format: 'jwk' });
  const kid = createHash('sha256').update(JSON.stringify({ e, kty, n })).digest('base64url');
  return { kty, n, e, kid, use: 'sig', alg: 'RS256' };
}

/** One secret, several purposes: HKDF (RFC 5869) keeps them apart. */
function derive(secret: Buffer, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, '', `parley ${purpose} v1`, 32));
}
