import { MAX_SYNCED_NUMBERS_PER_DAY } from '../config/limits';
import { AppError } from '../errors/app-error';
import { asE164 } from '../helpers/phone-query';
import { trusted } from '../models/trusted';
import { UserModel } from '../models/user.model';
import { isBlocked, mayBeFoundByAddress } from '../policies/contact.policy';
import type { ContactService } from './contact.service';
import type { PeopleService, SeenPerson } from './people.service';
import type { RateCountService } from './rate-count.service';
import { relationsOf } from './relation.service';

const DAY_MS = 86_400_000;

/** An entry of somebody's address book whose number is an account's. */
export interface SyncedContact extends SeenPerson {
  /** As it was sent. */
  phoneNumber: string;
}

export interface ContactSyncService {
  /**
   * Puts whoever of these numbers is here, lets themselves be found and is not blocked either way into the owner's address book, on
   * that side only (contract section 6), and gives them in the order of the numbers. What is no number is left out.
   * @throws rate_limited past 20,000 numbers in a day, so that nobody walks through all numbers there are.
   */
  sync(ownerId: string, phoneNumbers: readonly string[]): Promise<SyncedContact[]>;
}

export function createContactSyncService(deps: {
  contactService: Pick<ContactService, 'addContact'>;
  people: PeopleService;
  rateCounts: RateCountService;
}): ContactSyncService {
  const { contactService, people, rateCounts } = deps;

  async function spend(ownerId: string, numbers: number): Promise<void> {
    const window = { key: `contacts:sync:${ownerId}`, windowMs: DAY_MS, max: MAX_SYNCED_NUMBERS_PER_DAY };
    const { isOver, retryAfterSeconds } = await rateCounts.count(window, numbers);
    if (isOver) throw new AppError('rate_limited', 'Too many numbers for a day', { retryAfterSeconds });
  }

  /** Who blocked or left in this very moment is passed over. */
  async function add(ownerId: string, userId: string): Promise<void> {
    await contactService.addContact(ownerId, { userId }).catch((error) => {
      if (!(error instanceof AppError && ['forbidden', 'not_found'].includes(error.code))) throw error;
    });
  }

  return {
    async sync(ownerId, phoneNumbers) {
      await spend(ownerId, phoneNumbers.length);
      const idByNumber = await findByNumber(phoneNumbers.flatMap((sent) => asE164(sent) ?? []));
      const findable = await keepFindable(ownerId, [...new Set(idByNumber.values())]);
      for (const userId of findable.toAdd) await add(ownerId, userId);
      const seen = await people.seenBy(ownerId, findable.all);
      return phoneNumbers.flatMap((phoneNumber) => {
        const person = seen.get(idByNumber.get(asE164(phoneNumber) ?? '') ?? '');
        return person ? [{ phoneNumber, ...person }] : [];
      });
    },
  };
}

/** The ids of the accounts that proved these numbers. */
async function findByNumber(numbers: string[]): Promise<Map<string, string>> {
  if (numbers.length === 0) return new Map();
  const users = await UserModel.find(
    { phoneNumber: trusted({ $in: [...new Set(numbers)] }), phoneVerified: true, deletedAt: null },
    { phoneNumber: 1 },
  ).lean();
  return new Map(users.map((user) => [user.phoneNumber ?? '', String(user._id)]));
}

async function keepFindable(ownerId: string, userIds: string[]): Promise<{ all: string[]; toAdd: string[] }> {
  const relations = await relationsOf(ownerId, userIds);
  const all = userIds.filter((userId) => {
    const relation = relations.get(userId);
    return userId !== ownerId && relation && !isBlocked(relation) && mayBeFoundByAddress(relation);
  });
  return { all, toAdd: all.filter((userId) => !relations.get(userId)?.isMyContact) };
}
