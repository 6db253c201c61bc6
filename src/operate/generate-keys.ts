/**
 * Makes the RSA key pair that signs access tokens, in `KEYS_DIR` or the folder given as argument:
 * `npm run generate:keys -- ./keys`. An existing pair is left alone.
 */
import path from 'node:path';
import { config as loadDotenv } from 'dotenv';
import { loadKeysDir } from '../config/env';
import { ensureKeyPair } from '../helpers/key-files';

async function main(): Promise<void> {
  loadDotenv({ quiet: true });
  const given = process.argv[2];
  const keysDir = given === undefined ? loadKeysDir() : path.resolve(given);
  const isMade = await ensureKeyPair(keysDir);
  console.log(isMade ? `Made a key pair in ${keysDir}` : `There is a key pair in ${keysDir} already`);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
