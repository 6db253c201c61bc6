import { randomBytes } from 'node:crypto';
import { AppError } from '../errors/app-error';
import type { EventBus } from '../events/event-bus';
import { normaliseEmail } from '../helpers/email';
import { hashPassword } from '../helpers/password-hash';
import { UserModel } from '../models/user.model';
import type { Clock } from '../types/clock';
import { claimEmail } from './email-owner.service';
import type { OtpService } from './otp.service';
import { type ChosenOffer, chooseOffer, contestOffers, dropOffers, keepOffer } from './sign-up-offers';

const VISITOR_BYTES = 24;

export interface SignUpService {
  /**
   * Sends a code to an address that somebody wants to sign up with, the same whether or not there is an account, and keeps the password
   * until the address is proved. Resolves to the secret that tells this visitor from others who give the same address.
   * @throws as `OtpService.send`, and validation_failed for what is no address.
   */
  register(input: {
    email: string;
    password: string;
    ip: string;
    visitor: string | undefined;
  }): Promise<{ visitor: string }>;
  /**
   * The account of an address that is proved by its code, made if there is none. Its password is one that this visitor gave: by the
   * visitor's secret, or for a new account where `mayGuess` if no other was given. @throws as `OtpService.verify`.
   */
  verify(input: {
    email: string;
    otp: string;
    visitor: string | undefined;
    /** For clients that cannot keep the secret; a browser always can. */
    mayGuess: boolean;
  }): Promise<{ userId: string; isNewUser: boolean }>;
}

/** Sign-up by email and password, where the email is proved first (contract section 3, seed 004). */
export function createSignUpService(deps: {
  otpService: OtpService;
  /** Ends every session of a user. */
  revokeAll: (userId: string) => Promise<void>;
  bus: EventBus;
  clock: Clock;
}): SignUpService {
  const { otpService, revokeAll, bus, clock } = deps;

  /**
   * An account that was there keeps its password unless the visitor surely is who gave the new one: else somebody could give one for
   * somebody else's address, and have them type the code. With the password changes who may be signed in.
   */
  async function adopt(userId: string, email: string, { passwordHash, isBound }: ChosenOffer): Promise<void> {
    const account = { _id: userId, email, emailVerified: true, deletedAt: null };
    const user = await UserModel.findOne(account, { passwordHash: 1 }).lean();
    if (!user || (user.passwordHash !== undefined && !isBound)) return;
    const unchanged = { ...account, passwordHash: user.passwordHash ?? null };
    const { modifiedCount } = await UserModel.updateOne(unchanged, { $set: { passwordHash } });
    if (modifiedCount > 0 && user.passwordHash !== undefined) await revokeAll(userId);
  }

  return {
    async register({ password, ip, ...input }) {
      const email = normaliseEmail(input.email);
      const visitor = input.visitor ?? randomBytes(VISITOR_BYTES).toString('base64url');
      const passwordHash = await hashPassword(password);
      try {
        await otpService.send({ email, ip });
      } catch (error) {
        if (isTooEarly(error)) await contestOffers({ email, password, visitor }, clock.now());
        throw error;
      }
      await keepOffer({ email, password, passwordHash, visitor }, clock.now());
      return { visitor };
    },

    async verify({ otp, visitor, mayGuess, ...input }) {
      const email = normaliseEmail(input.email);
      await otpService.verify({ email, code: otp });
      const offer = await chooseOffer(email, { visitor, mayGuess }, clock.now());
      const claimed = await claimEmail(email, offer?.passwordHash, bus);
      if (offer && !claimed.isNewUser) await adopt(claimed.userId, email, offer);
      await dropOffers([email]);
      return claimed;
    },
  };
}

function isTooEarly(error: unknown): boolean {
  return error instanceof AppError && (error.code === 'rate_limited' || error.code === 'otp_locked');
}
