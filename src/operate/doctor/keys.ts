import path from 'node:path';
import type { Config } from '../../config/env';
import { PRIVATE_KEY_FILE } from '../../helpers/key-files';
import { loadSigningKey } from '../../services/signing-key.service';
import { type Finding, fail, ok, reason } from './finding';
import { checkPrivate } from './machine';

const LEAST_RSA_BITS = 2048;

/** The key that signs access tokens. */
export async function checkKeys({ jwt, isProduction }: Config): Promise<Finding[]> {
  let key: Awaited<ReturnType<typeof loadSigningKey>>;
  try {
    key = await loadSigningKey(jwt, { isProduction });
  } catch (error) {
    return [
      fail(reason(error), 'npm run generate:keys makes a pair; or set KEYS_DIR to the folder that holds it.'),
    ];
  }
  if (key.algorithm === 'HS256') return [ok('tokens are signed with JWT_SECRET (HS256)')];
  const bits = key.signWith.asymmetricKeyDetails?.modulusLength ?? 0;
  const findings = await checkPrivate(path.join(jwt.keysDir, PRIVATE_KEY_FILE));
  if (bits < LEAST_RSA_BITS) {
    const mend =
      'Make a new pair with npm run generate:keys in another folder and keep the old public key beside it for 15 minutes.';
    return [fail(`the key pair has ${bits} bits, which is too weak`, mend), ...findings];
  }
  return [ok(`tokens are signed with a key of ${bits} bits, ${key.verifyWith.size} accepted`), ...findings];
}
