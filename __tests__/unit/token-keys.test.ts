import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadConfig } from '../../src/config/env';
import { ensureKeyPair } from '../../src/helpers/key-files';
import { loadSigningKey } from '../../src/services/signing-key.service';

const development = { isProduction: false };
const production = { isProduction: true };
/** RFC 7638 section 3.1: a key and its thumbprint. */
const RFC_KEY = {
  kty: 'RSA',
  n: '0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw',
  e: 'AQAB',
};
const RFC_THUMBPRINT = 'NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs';

describe('the signing key', () => {
  let keysDir: string;
  const settings = () => loadConfig({ KEYS_DIR: keysDir }).jwt;

  beforeEach(() => {
    keysDir = path.join(mkdtempSync(path.join(tmpdir(), 'parley-keys-')), 'keys');
  });
  afterEach(() => rmSync(path.dirname(keysDir), { recursive: true }));

  it('is made at the first start outside production, readable by the owner only, and kept', async () => {
    const first = await loadSigningKey(settings(), development);
    expect(readdirSync(keysDir).sort()).toEqual(['private.pem', 'public.pem']);
    for (const name of readdirSync(keysDir)) {
      expect(statSync(path.join(keysDir, name)).mode & 0o777).toBe(0o600);
    }
    const second = await loadSigningKey(settings(), production);
    expect(second.kid).toBe(first.kid);
    expect(second.refreshSecret).toEqual(first.refreshSecret);
  });

  it('is one key when several processes start at once', async () => {
    const keys = await Promise.all([1, 2, 3, 4].map(() => loadSigningKey(settings(), development)));
    expect(new Set(keys.map(({ kid }) => kid)).size).toBe(1);
    expect(readdirSync(keysDir).sort()).toEqual(['private.pem', 'public.pem']);
  });

  it('must be there in production', async () => {
    await expect(loadSigningKey(settings(), production)).rejects.toThrow(/private\.pem.*generate:keys/);
    await ensureKeyPair(keysDir);
    rmSync(path.join(keysDir, 'public.pem'));
    await expect(loadSigningKey(settings(), production)).rejects.toThrow(/public\.pem/);
  });

  it('must be an RSA pair', async () => {
    await ensureKeyPair(keysDir);
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    writeFileSync(path.join(keysDir, 'public.pem'), publicKey.export({ type: 'spki', format: 'pem' }));
    await expect(loadSigningKey(settings(), production)).rejects.toThrow(/not a pair/);
    const { privateKey } = generateKeyPairSync('ed25519');
    writeFileSync(path.join(keysDir, 'private.pem'), privateKey.export({ type: 'pkcs8', format: 'pem' }));
    await expect(loadSigningKey(settings(), production)).rejects.toThrow(/not an RSA key/);
  });

  it('publishes itself and retired keys, each named by its thumbprint (RFC 7638)', async () => {
    await ensureKeyPair(keysDir);
    const retired = createPublicKey({ key: RFC_KEY, format: 'jwk' });
    writeFileSync(path.join(keysDir, 'public-2024.pem'), retired.export({ type: 'spki', format: 'pem' }));
    const { kid, jwks, verifyWith } = await loadSigningKey(settings(), production);
    expect(jwks.keys).toContainEqual({ ...RFC_KEY, kid: RFC_THUMBPRINT, use: 'sig', alg: 'RS256' });
    expect(jwks.keys.map((key) => key.kid).sort()).toEqual([kid, RFC_THUMBPRINT].sort());
    expect([...verifyWith.keys()].sort()).toEqual([kid, RFC_THUMBPRINT].sort());
    expect(JSON.stringify(jwks)).not.toMatch(/"(d|p|q|dp|dq|qi)":/);
  });

  it('is the secret when JWT_SECRET is set, and publishes nothing', async () => {
    const { jwt } = loadConfig({ JWT_SECRET: 'correct horse battery staple', DATA_DIR: keysDir });
    const key = await loadSigningKey(jwt, development);
    expect(key.algorithm).toBe('HS256');
    expect(key.jwks).toEqual({ keys: [] });
    expect(() => statSync(keysDir)).toThrow(/ENOENT/);
  });
});
