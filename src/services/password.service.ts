import { AppError, forbidden, unauthenticated } from '../errors/app-error';
import { isDuplicateKey } from '../errors/from-mongo';
import type { EventBus } from '../events/event-bus';
import { normaliseEmail } from '../helpers/email';
import { gramsOf } from '../helpers/grams';
import { ipRange } from '../helpers/ip-range';
import { hashPassword, matchesHash } from '../helpers/password-hash';
import { normalisePhone } from '../helpers/phone';
import { saveDoc } from '../helpers/save-doc';
import { UserModel } from '../models/user.model';
import type { Actor } from '../types/actor';
import type { RateCountService, RateWindow } from './rate-count.service';

const GUESS_WINDOW_MS = 15 * 60_000;
/** Wrong passwords for one account, from one network and from everywhere. */
const MAX_GUESSES_BY_IP = 10;
const MAX_GUESSES = 100;

/** An address as it was typed: one of the two, or at a registration both. */
export interface TypedAddress {
  email?: string;
  phoneNumber?: string;
}

export interface PasswordService {
  /**
   * Makes an account whose address nobody has proved: it signs this account in and means nothing more (contract section 3).
   * @throws conflict when an account has the address; validation_failed for what is no address.
   */
  register(input: TypedAddress & { name: string; password: string }): Promise<{ userId: string }>;
  /**
   * The account of an address and its password; with `isProved` only where the email was proved by a code.
   * @throws unauthenticated, the same for both; rate_limited past ten wrong ones.
   */
  check(
    input: TypedAddress & { password: string; ip: string; isProved?: boolean },
  ): Promise<{ userId: string }>;
  /** Changes one's own password and ends one's other sessions. @throws forbidden when the present one is wrong or there is none. */
  change(actor: Actor, input: { currentPassword: string; newPassword: string; ip: string }): Promise<void>;
}

export interface PasswordDependencies {
  bus: EventBus;
  rateCounts: RateCountService;
  /** Ends every session of the user but this one. */
  revokeAll(userId: string, exceptSessionId: string): Promise<void>;
  /** Refuse numbers that no numbering plan knows: in production. */
  isStrict: boolean;
}

/** Sign-in by password (seed 001): what is stored is a bcrypt hash, and guessing is counted for each account. */
export function createPasswordService({
  bus,
  rateCounts,
  revokeAll,
  isStrict,
}: PasswordDependencies): PasswordService {
  const normalise = ({ email, phoneNumber }: TypedAddress): TypedAddress => ({
    ...(email !== undefined && { email: normaliseEmail(email) }),
    ...(phoneNumber !== undefined && { phoneNumber: normalisePhone({ phoneNumber }, { isStrict }) }),
  });

  /** Counted before the comparing, so that a crowd of tries at once gets no more than the limit. */
  async function countGuess(account: string, ip: string): Promise<{ takeBack(): Promise<void> }> {
    const windows = [
      guesses(`password:${account}:${ipRange(ip)}`, MAX_GUESSES_BY_IP),
      guesses(`password:${account}`, MAX_GUESSES),
    ];
    for (const window of windows) {
      const { isOver, retryAfterSeconds } = await rateCounts.count(window);
      if (isOver)
        throw new AppError('rate_limited', 'Too many wrong passwords; try again later', {
          retryAfterSeconds,
        });
    }
    return {
      async takeBack() {
        for (const window of windows) await rateCounts.release(window);
      },
    };
  }

  return {
    async register({ name, password, ...typed }) {
      const address = normalise(typed);
      const passwordHash = await hashPassword(password);
      const [user, error] = await saveDoc(
        new UserModel({ ...address, name: name.trim(), passwordHash, searchGrams: gramsOf(name) }),
      );
      if (user) {
        const userId = String(user._id);
        bus.emit('user.updated', { userId });
        return { userId };
      }
      for (const path of ['email', 'phoneNumber'] as const) {
        if (isDuplicateKey(error, path)) throw taken(path);
      }
      throw error;
    },

    async check({ password, ip, isProved = false, ...typed }) {
      const address = normalise(typed);
      const [account = ''] = Object.values(address);
      const guess = await countGuess(account, ip);
      const known = { ...address, ...(isProved && { emailVerified: true }), deletedAt: null };
      const user = await UserModel.findOne(known, { passwordHash: 1 }).lean();
      if (!(await matchesHash(password, user?.passwordHash)) || !user) {
        throw unauthenticated('The address or the password is wrong');
      }
      await guess.takeBack();
      return { userId: String(user._id) };
    },

    async change({ userId, sessionId }, { currentPassword, newPassword, ip }) {
      const guess = await countGuess(userId, ip);
      const user = await UserModel.findOne({ _id: userId, deletedAt: null }, { passwordHash: 1 }).lean();
      if (!(await matchesHash(currentPassword, user?.passwordHash)))
        throw forbidden('The present password is wrong');
      await guess.takeBack();
      const passwordHash = await hashPassword(newPassword);
      const changed = await UserModel.updateOne(
        { _id: userId, deletedAt: null, passwordHash: user?.passwordHash ?? null },
        { $set: { passwordHash } },
      );
      if (changed.matchedCount === 0)
        throw new AppError('conflict', 'The password was changed at the same time');
      await revokeAll(userId, sessionId);
    },
  };
}

function guesses(key: string, max: number): RateWindow {
  return { key, windowMs: GUESS_WINDOW_MS, max };
}

function taken(path: 'email' | 'phoneNumber'): AppError {
  return new AppError('conflict', 'There is an account with this address', {
    errors: [{ path, message: 'is taken' }],
  });
}
