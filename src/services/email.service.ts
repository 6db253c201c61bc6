import { AppError, unauthenticated, unavailable } from '../errors/app-error';
import { isDuplicateKey } from '../errors/from-mongo';
import type { EventBus } from '../events/event-bus';
import { normaliseEmail } from '../helpers/email';
import { UserModel, type UserRecord } from '../models/user.model';
import { dispossessEmail } from './email-owner.service';
import type { OtpSent, OtpService } from './otp.service';

export interface EmailService {
  /**
   * Sends a code to an address one wants to add to one's account.
   * @throws as `OtpService.send`, and validation_failed for what is no address.
   */
  sendCode(input: { email: string; ip: string }): Promise<OtpSent>;
  /**
   * Adds the address to the account when the code is right, in place of the one it had; an account that only claimed it
   * loses it (contract section 3).
   * @throws as `OtpService.verify`; conflict when another account has proved the address before.
   */
  verify(userId: string, input: { email: string; otp: string }): Promise<UserRecord>;
}

/** Each round is lost only to somebody who made progress with the same address. */
const MAX_ROUNDS = 5;

/** The email of an account: asked for, proved, taken over. */
export function createEmailService({
  otpService,
  bus,
}: {
  otpService: OtpService;
  bus: EventBus;
}): EmailService {
  return {
    async sendCode({ email, ip }) {
      return otpService.send({ email: normaliseEmail(email), ip });
    },

    async verify(userId, input) {
      const email = normaliseEmail(input.email);
      await otpService.verify({ email, code: input.otp });
      for (let round = 0; round < MAX_ROUNDS; round += 1) {
        await assertNobodyElses(userId, email);
        await dispossessEmail(email, bus, userId);
        const user = await tryTake(userId, email);
        if (!user) continue;
        bus.emit('user.updated', { userId });
        return user;
      }
      throw unavailable('This address is being claimed by somebody else at the same time');
    },
  };
}

async function assertNobodyElses(userId: string, email: string): Promise<void> {
  const owner = await UserModel.findOne({ email, emailVerified: true }, { _id: 1 }).lean();
  if (owner && String(owner._id) !== userId)
    throw new AppError('conflict', 'This address belongs to another account', {
      errors: [{ path: 'email', message: 'belongs to another account' }],
    });
}

/** Undefined when somebody else got the address meanwhile. @throws unauthenticated when the account is gone. */
async function tryTake(userId: string, email: string): Promise<UserRecord | undefined> {
  try {
    const user = await UserModel.findOneAndUpdate(
      { _id: userId, deletedAt: null },
      { $set: { email, emailVerified: true } },
      { returnDocument: 'after' },
    ).lean();
    if (!user) throw unauthenticated('This account does not exist any more');
    return user;
  } catch (error) {
    if (isDuplicateKey(error, 'email')) return undefined;
    throw error;
  }
}
