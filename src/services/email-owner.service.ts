import { unavailable } from '../errors/app-error';
import { isDuplicateKey } from '../errors/from-mongo';
import type { EventBus } from '../events/event-bus';
import { gramsOf } from '../helpers/grams';
import { UserModel } from '../models/user.model';

/** Each round is lost only to somebody who made progress with the same address. */
const MAX_ROUNDS = 5;

/** Takes an address from whoever only said that it is theirs, unless that is `exceptId` (contract section 3). */
export async function dispossessEmail(email: string, bus: EventBus, exceptId?: string): Promise<void> {
  const loser = await UserModel.findOne({ email, emailVerified: false }, { _id: 1 }).lean();
  if (!loser || String(loser._id) === exceptId) return;
  const unclaimed = { _id: loser._id, email, emailVerified: false };
  const { modifiedCount } = await UserModel.updateOne(unclaimed, { $unset: { email: '' } });
  if (modifiedCount > 0) bus.emit('user.updated', { userId: String(loser._id) });
}

/**
 * Gives the account of an address that was just proved by a code, and makes one if there is none, with this password. An account that
 * only claimed the address loses it; what it had, its password above all, stays with it (contract section 3).
 */
export async function claimEmail(
  email: string,
  passwordHash: string | undefined,
  bus: EventBus,
): Promise<{ userId: string; isNewUser: boolean }> {
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const owner = await UserModel.findOne({ email, emailVerified: true, deletedAt: null }, { _id: 1 }).lean();
    if (owner) return { userId: String(owner._id), isNewUser: false };
    await dispossessEmail(email, bus);
    const userId = await tryCreate(email, passwordHash);
    if (!userId) continue;
    bus.emit('user.updated', { userId });
    return { userId, isNewUser: true };
  }
  throw unavailable('This address is being claimed by somebody else at the same time');
}

/** Until its owner chooses a name others see what is before the @. */
async function tryCreate(email: string, passwordHash: string | undefined): Promise<string | undefined> {
  const [name = ''] = email.split('@');
  try {
    const user = await UserModel.create({
      email,
      emailVerified: true,
      name,
      searchGrams: gramsOf(name),
      ...(passwordHash !== undefined && { passwordHash }),
    });
    return String(user._id);
  } catch (error) {
    if (isDuplicateKey(error, 'email')) return undefined;
    throw error;
  }
}
