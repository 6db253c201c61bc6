import { invalidField, notFound } from '../errors/app-error';
import { toEmail } from '../helpers/email';
import { asE164 } from '../helpers/phone-query';
import { UserModel, type UserRecord } from '../models/user.model';
import { mayBeFoundByAddress } from '../policies/contact.policy';
import { relationsOf } from './relation.service';

/** Whom one means: an account's id, or a verified phone number or email as typed. */
export type ContactTarget = { userId: string } | { phoneNumber: string } | { email: string };

/**
 * The account a target names. By phone or email only a verified one counts, and only of who lets themselves be found or has the
 * owner as a contact already (contract section 3 and 5).
 * @throws not_found; validation_failed for oneself or for what is no phone number.
 */
export async function findTarget(ownerId: string, target: ContactTarget): Promise<UserRecord> {
  const user = await findUser(target);
  if (!user) throw notFound('The user');
  const userId = String(user._id);
  if (userId === ownerId) throw invalidField(fieldOf(target), 'must be somebody else than yourself');
  if ('userId' in target) return user;
  const relation = (await relationsOf(ownerId, [userId])).get(userId);
  if (!relation || !mayBeFoundByAddress(relation)) throw notFound('The user');
  return user;
}

async function findUser(target: ContactTarget): Promise<UserRecord | null> {
  if ('userId' in target) return UserModel.findOne({ _id: target.userId, deletedAt: null }).lean();
  if ('email' in target) {
    const email = toEmail(target.email);
    if (email === undefined) return null;
    return UserModel.findOne({ email, emailVerified: true, deletedAt: null }).lean();
  }
  const phoneNumber = asE164(target.phoneNumber);
  if (phoneNumber === undefined)
    throw invalidField('phoneNumber', 'must be a phone number with country code');
  return UserModel.findOne({ phoneNumber, phoneVerified: true, deletedAt: null }).lean();
}

function fieldOf(target: ContactTarget): string {
  return Object.keys(target)[0] ?? 'userId';
}
