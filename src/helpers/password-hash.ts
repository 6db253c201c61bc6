import bcrypt from 'bcrypt';

/** About 60 ms of one core: dear to who guesses, bearable for who signs in. */
const BCRYPT_COST = 10;

/** What is stored of a password. */
export function hashPassword(password: string): Promise<string> {
  return bcrypt.hash(password, BCRYPT_COST);
}

/** Takes as long where there is no hash, so that time does not tell which accounts there are. */
export async function matchesHash(password: string, hash: string | undefined): Promise<boolean> {
  const isSame = await bcrypt.compare(password, hash ?? (await hashOfNothing));
  return isSame && hash !== undefined;
}

const hashOfNothing = hashPassword('');
