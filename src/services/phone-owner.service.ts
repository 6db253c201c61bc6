import { unavailable } from '../errors/app-error';
import { isDuplicateKey } from '../errors/from-mongo';
import type { EventBus } from '../events/event-bus';
import { saveDoc } from '../helpers/save-doc';
import { UserModel } from '../models/user.model';

/** Each round is lost only to somebody who made progress with the same number. */
const MAX_ROUNDS = 5;

/**
 * Gives the account of a number that was just proved by a code, and makes one if there is none. An account that only
 * claimed the number loses it (contract section 3). Of two first sign-ins at once one makes the account, both get it.
 */
export async function claimPhone(
  phoneNumber: string,
  bus: EventBus,
): Promise<{ userId: string; isNewUser: boolean }> {
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const owner = await UserModel.findOne(
      { phoneNumber, phoneVerified: true, deletedAt: null },
      { _id: 1 },
    ).lean();
    if (owner) return { userId: String(owner._id), isNewUser: false };
    await dispossess(phoneNumber, bus);
    const userId = await tryCreate(phoneNumber);
    if (userId) return { userId, isNewUser: true };
  }
  throw unavailable('This number is being claimed by somebody else at the same time');
}

async function dispossess(phoneNumber: string, bus: EventBus): Promise<void> {
  const loser = await UserModel.findOneAndUpdate(
    { phoneNumber, phoneVerified: false },
    { $unset: { phoneNumber: '' } },
  ).lean();
  if (loser) bus.emit('user.updated', { userId: String(loser._id) });
}

async function tryCreate(phoneNumber: string): Promise<string | undefined> {
  const [user, error] = await saveDoc(new UserModel({ phoneNumber, phoneVerified: true }));
  if (user) return String(user._id);
  if (isDuplicateKey(error, 'phoneNumber')) return undefined;
  throw error;
}
