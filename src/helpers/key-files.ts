import { createPrivateKey, createPublicKey, generateKeyPair, randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

export const PRIVATE_KEY_FILE = 'private.pem';
export const PUBLIC_KEY_FILE = 'public.pem';

const MODULUS_BITS = 2048;

/**
 * Makes an RSA pair in a folder unless it is there; existing files are never replaced. Several processes may do it at
 * once and agree on one pair. True when this call made the private key.
 */
export async function ensureKeyPair(keysDir: string): Promise<boolean> {
  await mkdir(keysDir, { recursive: true, mode: 0o700 });
  const privateFile = path.join(keysDir, PRIVATE_KEY_FILE);
  const isMade = !(await exists(privateFile)) && (await writeOnce(privateFile, await newPrivateKey()));
  const publicFile = path.join(keysDir, PUBLIC_KEY_FILE);
  if (!(await exists(publicFile))) {
    const privateKey = createPrivateKey(await readFile(privateFile));
    await writeOnce(
      publicFile,
      createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }).toString(),
    );
  }
  return isMade;
}

async function newPrivateKey(): Promise<string> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: MODULUS_BITS });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

/** A link appears with its whole content or not at all, and never over another file. */
async function writeOnce(file: string, content: string): Promise<boolean> {
  const draft = `${file}.${randomUUID()}`;
  await writeFile(draft, content, { mode: 0o600, flag: 'wx' });
  try {
    await link(draft, file);
    return true;
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

async function exists(file: string): Promise<boolean> {
  try {
    await readFile(file);
    return true;
  } catch (error) {
    if (isCode(error, 'ENOENT')) return false;
    throw error;
  }
}

function isCode(error: unknown, code: string): boolean {
  return (error as NodeJS.ErrnoException | undefined)?.code === code;
}
