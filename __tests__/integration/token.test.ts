import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { type JwtPayload, type SignOptions, sign } from 'jsonwebtoken';
import { createTokenService } from '../../src/services/token.service';
import type { Actor } from '../../src/types/actor';
import { authConfig, buildAuth, refusalOf, testSigningKey } from '../support/auth-harness';
import { storeUser, useDatabase } from '../support/user-fixtures';

useDatabase('token');

const HS256 = { JWT_SECRET: 'a secret that is long enough for HS256 tokens' };

/** A node with a live session. */
async function setUp(env?: Record<string, string>) {
  const node = await buildAuth({ env });
  const { id: userId } = await storeUser();
  const { session } = await node.sessionService.create({ userId, deviceId: 'phone', dialect: 'native' });
  const actor: Actor = { userId, sessionId: String(session._id), deviceId: 'phone', dialect: 'native' };
  return { ...node, actor, verify: node.tokenService.verifyAccess };
}

function decodePart(token: string, part: 0 | 1): JwtPayload {
  return JSON.parse(Buffer.from(token.split('.')[part] ?? '', 'base64url').toString('utf8'));
}

/** Signs the claims of a good token anew, with one thing changed. */
function forge(
  token: string,
  key: KeyObject | string,
  change: { claims?: object; options?: SignOptions; header?: object },
): string {
  const header = { ...decodePart(token, 0), ...change.header } as unknown as SignOptions['header'];
  // What is undefined is left out, as JSON does it.
  const claims = JSON.parse(JSON.stringify({ ...decodePart(token, 1), ...change.claims }));
  return sign(claims, key, { ...change.options, header });
}

describe('an access token', () => {
  it('says who, which session, which device and which dialect, and is accepted until it expires', async () => {
    const { tokenService, actor, verify, clock, signingKey } = await setUp();
    const token = tokenService.signAccess(actor);
    expect(decodePart(token, 0)).toEqual({ alg: 'RS256', typ: 'at+jwt', kid: signingKey.kid });
    const { iat, exp, ...claims } = decodePart(token, 1);
    expect(claims).toEqual({
      sub: actor.userId,
      sid: actor.sessionId,
      did: 'phone',
      dialect: 'native',
      iss: 'parley',
      aud: 'parley',
    });
    expect(Number(exp) - Number(iat)).toBe(900);
    expect(await verify(token)).toEqual({ actor, expiresAtMs: Number(exp) * 1000 });
    clock.advance(899_000);
    await verify(token);
    clock.advance(1000);
    expect(await refusalOf(verify(token))).toMatchObject({
      code: 'unauthenticated',
      message: 'The access token has expired',
    });
  });

  it('is HS256 with JWT_SECRET, and then the only kind', async () => {
    const rsa = await setUp();
    const hmac = await setUp(HS256);
    const rsaToken = rsa.tokenService.signAccess(rsa.actor);
    const hmacToken = hmac.tokenService.signAccess(hmac.actor);
    expect(decodePart(hmacToken, 0).alg).toBe('HS256');
    await hmac.verify(hmacToken);
    expect(await refusalOf(hmac.verify(rsaToken))).toMatchObject({ code: 'unauthenticated' });
    expect(await refusalOf(rsa.verify(hmacToken))).toMatchObject({ code: 'unauthenticated' });
    expect(hmac.tokenService.jwks()).toEqual({ keys: [] });
  });

  it('may not choose its algorithm', async () => {
    const { tokenService, actor, verify, signingKey } = await setUp();
    const token = tokenService.signAccess(actor);
    const publicKey = [...signingKey.verifyWith.values()][0];
    const publicPem = String(publicKey?.export({ type: 'spki', format: 'pem' }));
    const confused = forge(token, publicPem, { header: { alg: 'HS256' }, options: { algorithm: 'HS256' } });
    const none = forge(token, '', { header: { alg: 'none' }, options: { algorithm: 'none' } });
    const otherRsa = forge(token, signingKey.signWith, {
      header: { alg: 'PS256' },
      options: { algorithm: 'PS256' },
    });
    for (const bad of [confused, none, otherRsa]) {
      expect(await refusalOf(verify(bad))).toMatchObject({ code: 'unauthenticated' });
    }
  });

  it.each([
    ['another issuer', { claims: { iss: 'somebody' } }],
    ['another audience', { claims: { aud: 'elsewhere' } }],
    ['no expiry', { claims: { exp: undefined } }],
    ['no session', { claims: { sid: undefined } }],
    ['an object for a session', { claims: { sid: { $ne: null } } }],
    ['no user', { claims: { sub: undefined } }],
    ['an unknown kid', { header: { kid: 'unknown' } }],
    ['no kid', { header: { kid: undefined } }],
    ['a path as kid', { header: { kid: '../../dev/null' } }],
    ['another type', { header: { typ: 'JWT' } }],
  ])('with %s is refused', async (_what, change) => {
    const { tokenService, actor, verify, signingKey } = await setUp();
    const token = forge(tokenService.signAccess(actor), signingKey.signWith, {
      ...change,
      options: { algorithm: 'RS256' },
    });
    expect(await refusalOf(verify(token))).toMatchObject({ code: 'unauthenticated' });
  });

  it('of another key or changed by a letter is refused', async () => {
    const { tokenService, actor, verify } = await setUp();
    const token = tokenService.signAccess(actor);
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const [head, body = '', tail] = token.split('.');
    const other = Buffer.from(body, 'base64url').toString().replace('native', 'kebab');
    await verify(token);
    for (const bad of [
      forge(token, privateKey, { options: { algorithm: 'RS256' } }),
      `${head}.${Buffer.from(other).toString('base64url')}.${tail}`,
      `${head}.${body}.`,
      '',
      'a.b.c',
      'x'.repeat(1_000_000),
      `${'eyJ'.repeat(400)}.e30.`,
    ]) {
      expect(await refusalOf(verify(bad))).toMatchObject({ code: 'unauthenticated' });
    }
  });

  it('of a retired key is accepted while that key is published', async () => {
    const { tokenService, actor } = await setUp();
    const token = tokenService.signAccess(actor);
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const current = await testSigningKey(authConfig());
    const { clock, liveness, config } = await buildAuth();
    const rotated = { ...current, kid: 'new', signWith: privateKey };
    const accept = (verifyWith: Map<string, KeyObject>) =>
      createTokenService({ signingKey: { ...rotated, verifyWith }, liveness, clock, jwt: config.jwt });
    const both = new Map([...current.verifyWith, ['new', publicKey]]);
    await accept(both).verifyAccess(token);
    await accept(both).verifyAccess(accept(both).signAccess(actor));
    expect(await refusalOf(accept(new Map([['new', publicKey]])).verifyAccess(token))).toMatchObject({
      code: 'unauthenticated',
    });
  });
});
