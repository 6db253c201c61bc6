/**
 * The passwords that were given for addresses nobody has proved since. Whose they are nobody knows: anybody can type anybody's
 * address. What is given within an hour is kept, so that the one who proves the address gets a password only if it is theirs
 * (docs/decisions/0006).
 */
import { matchesHash } from '../helpers/password-hash';
import { SignUpModel, type SignUpRecord } from '../models/sign-up.model';
import { trusted } from '../models/trusted';

const OFFER_TTL_MS = 3_600_000;
/** Of more passwords than a person mistypes in an hour the oldest are forgotten. */
const MAX_OFFERS = 3;

/** How sure it is that whoever proves an address is who gave the password. */
export interface ChosenOffer {
  passwordHash: string;
  /** The same visitor gave it; otherwise it is merely the only one there is. */
  isBound: boolean;
}

interface Offer {
  email: string;
  password: string;
  passwordHash: string;
  visitor: string;
}

/** Keeps a password given for an address a code was just sent to; the same visitor's newer one replaces the older. */
export async function keepOffer({ email, password, passwordHash, visitor }: Offer, now: Date): Promise<void> {
  const record = await readOffers(email, now);
  const others = record?.offers.filter((offer) => offer.visitor !== visitor) ?? [];
  const known = await findSame(others, password);
  const isContested = record?.isContested === true || (others.length > 0 && known === undefined);
  const offers = [...others, { visitor, passwordHash: known ?? passwordHash }].slice(-MAX_OFFERS);
  const purgeAt = new Date(now.getTime() + OFFER_TTL_MS);
  // What was contested meanwhile stays so; only what is over begins anew.
  const isOver = record === null;
  await SignUpModel.updateOne(
    { _id: email },
    { $set: { offers, purgeAt, ...((isContested || isOver) && { isContested }) } },
    { upsert: true },
  );
}

/** Notes that somebody gave a password too early for another code: who types the code they got may be this one. */
export async function contestOffers(
  { email, password, visitor }: Omit<Offer, 'passwordHash'>,
  now: Date,
): Promise<void> {
  const record = await readOffers(email, now);
  if (!record || record.isContested || record.offers.some((offer) => offer.visitor === visitor)) return;
  if ((await findSame(record.offers, password)) !== undefined) return;
  await SignUpModel.updateOne({ _id: email }, { $set: { isContested: true } });
}

/** The password that counts for who proves the address now: this visitor's own, or where `mayGuess` the only one given. */
export async function chooseOffer(
  email: string,
  { visitor, mayGuess }: { visitor: string | undefined; mayGuess: boolean },
  now: Date,
): Promise<ChosenOffer | undefined> {
  const record = await readOffers(email, now);
  if (!record) return undefined;
  const own = record.offers.find((offer) => offer.visitor === visitor);
  if (own) return { passwordHash: own.passwordHash, isBound: true };
  const [only] = record.offers;
  if (visitor !== undefined || !mayGuess || record.isContested || !only) return undefined;
  return { passwordHash: only.passwordHash, isBound: false };
}

/** Forgets what was given for an address, once somebody has proved it. */
export async function dropOffers(emails: readonly string[]): Promise<void> {
  await SignUpModel.deleteMany({ _id: trusted({ $in: [...emails] }) });
}

async function readOffers(email: string, now: Date): Promise<SignUpRecord | null> {
  return SignUpModel.findOne({ _id: email, purgeAt: trusted({ $gt: now }) }).lean();
}

async function findSame(offers: SignUpRecord['offers'], password: string): Promise<string | undefined> {
  for (const hash of new Set(offers.map(({ passwordHash }) => passwordHash)))
    if (await matchesHash(password, hash)) return hash;
  return undefined;
}
