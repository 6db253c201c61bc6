import { loadConfig } from '../../src/config/env';
import { loadSigningKey } from '../../src/services/signing-key.service';
import { createTokenService } from '../../src/services/token.service';
import type { Actor } from '../../src/types/actor';
import { systemClock } from '../../src/types/clock';
import type { ParleyEnv } from './parley-env';

/** Signs access tokens as a Parley with these settings does, by its own token service. */
export async function createTokenSigner(env: ParleyEnv): Promise<(actor: Actor) => string> {
  const { jwt, isProduction } = loadConfig(env);
  const signingKey = await loadSigningKey(jwt, { isProduction });
  // Only checking a token asks for its session.
  const liveness = { isLive: () => Promise.resolve(true) };
  const tokens = createTokenService({ signingKey, liveness, clock: systemClock, jwt });
  return (actor) => tokens.signAccess(actor);
}
