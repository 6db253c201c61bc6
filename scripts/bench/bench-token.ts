import jwt from 'jsonwebtoken';

/** An access token with the claims of contract section 3, as the server makes them when only JWT_SECRET is set. */
export function signBenchToken(
  secret: string,
  { userId, sessionId, deviceId }: { userId: string; sessionId: string; deviceId: string },
): string {
  const claims = { sub: userId, sid: sessionId, did: deviceId, dialect: 'native' };
  return jwt.sign(claims, secret, {
    algorithm: 'HS256',
    issuer: 'parley',
    audience: 'parley',
    expiresIn: 86_400,
  });
}
