/**
 * The end of an account. One write makes the user a tombstone and marks the erasure as under way; every later step may
 * be done twice. What a crash or an error leaves undone, `resumeErasures` completes (docs/account-deletion.md).
 */
import { notFound } from '../errors/app-error';
import type { EventBus } from '../events/event-bus';
import { CallFeedbackModel } from '../models/call-feedback.model';
import { ContactModel } from '../models/contact.model';
import { OtpChallengeModel } from '../models/otp-challenge.model';
import { PushMarkModel } from '../models/push-mark.model';
import { PushTokenModel } from '../models/push-token.model';
import { StarModel } from '../models/star.model';
import { trusted } from '../models/trusted';
import { DEFAULT_PRIVACY, UserModel, type UserRecord } from '../models/user.model';
import { UserChangeModel } from '../models/user-change.model';
import type { Clock } from '../types/clock';
import { dropOffers } from './sign-up-offers';
import { removeStoriesOf } from './story-remains';
import type { UserChangeService } from './user-change.service';

export interface AccountService {
  /**
   * Erases an account: from the first write on it is gone for everybody and its phone is free; the rest is done before
   * this resolves or, when something fails, by the next `resumeErasures`. @throws not_found when there is no such account.
   */
  deleteAccount(userId: string): Promise<void>;
  /** Completes erasures that were begun and not ended; resolves to how many it completed. */
  resumeErasures(): Promise<number>;
}

export interface AccountServiceDeps {
  bus: EventBus;
  clock: Clock;
  userChanges: UserChangeService;
  /** Ends all sessions of the user, with their sockets. */
  revokeAll(userId: string): Promise<void>;
  /** Has all files of the user looked at again: those that no message shows go. */
  releaseFiles(userId: string): Promise<void>;
  /** Takes the user out of every group; an owner's role passes on. */
  leaveAllChats(userId: string): Promise<void>;
  /** Takes the user out of the call they are in or that rings for them. */
  endCalls(userId: string): Promise<void>;
  /** Erases what is kept of the days of the user. */
  forgetActivity(userId: string): Promise<void>;
  /** Hears what kept an erasure from completing. */
  onError(error: unknown): void;
}

const BATCH_SIZE = 100;

export function createAccountService(deps: AccountServiceDeps): AccountService {
  async function complete(user: ErasedUser): Promise<void> {
    const userId = String(user._id);
    await PushTokenModel.deleteMany({ userId });
    await deps.revokeAll(userId);
    await deps.endCalls(userId);
    await CallFeedbackModel.deleteMany({ userId });
    await removeStoriesOf(userId);
    await deps.leaveAllChats(userId);
    await ContactModel.deleteMany({ ownerId: userId });
    await removeFromAddressBooks(userId, deps);
    await StarModel.deleteMany({ userId });
    await PushMarkModel.deleteMany({ userId });
    await UserChangeModel.deleteMany({ userId });
    await deps.forgetActivity(userId);
    await deps.releaseFiles(userId);
    await dropChallenges(user);
    await dropOffers(user.erasure?.addresses ?? []);
    await UserModel.updateOne(
      { _id: userId },
      { $set: { socketIds: [] }, $unset: { sockets: '', isShownOnline: '', erasure: '' } },
    );
    deps.bus.emit('user.deleted', { userId });
  }

  async function tryComplete(user: ErasedUser): Promise<boolean> {
    try {
      await complete(user);
      return true;
    } catch (error) {
      deps.onError(error);
      return false;
    }
  }

  return {
    async deleteAccount(userId) {
      const tombstone = await makeTombstone(userId, deps.clock.now());
      // What others are shown of the person is gone from now on, however long the rest takes.
      deps.bus.emit('user.updated', { userId });
      await tryComplete(tombstone);
    },

    async resumeErasures() {
      let completed = 0;
      const begun = trusted({ $lte: deps.clock.now() });
      for await (const user of UserModel.find({ 'erasure.startedAt': begun }).lean().cursor()) {
        if (await tryComplete(user)) completed += 1;
      }
      return completed;
    },
  };
}

type ErasedUser = Pick<UserRecord, '_id' | 'erasure'>;

/** Empties the document in one write; whoever comes second finds no account. */
async function makeTombstone(userId: string, now: Date): Promise<ErasedUser> {
  for (;;) {
    const user = await UserModel.findOne({ _id: userId, deletedAt: null }).lean();
    if (!user) throw notFound('The account');
    const { phoneNumber, email } = user;
    const addresses = [phoneNumber, email].filter((address) => address !== undefined);
    const tombstone = await UserModel.findOneAndUpdate(
      { _id: userId, deletedAt: null, phoneNumber: phoneNumber ?? null, email: email ?? null },
      {
        $set: { ...EMPTY_PROFILE, deletedAt: now, erasure: { startedAt: now, addresses } },
        $unset: { phoneNumber: '', email: '', passwordHash: '', username: '' },
      },
      { returnDocument: 'after' },
    ).lean();
    // Lost to a change of the address meanwhile: read it again, so that no sign-in state is left behind.
    if (tombstone) return tombstone;
  }
}

const EMPTY_PROFILE = {
  name: '',
  bio: '',
  avatarUrl: null,
  phoneVerified: false,
  emailVerified: false,
  devices: [],
  privacy: { ...DEFAULT_PRIVACY, discoverable: false },
  settings: {},
  searchGrams: [],
  lastSeenAt: null,
};

/** Takes the user out of everybody's contacts; each owner's devices learn of it through their own feed. */
async function removeFromAddressBooks(
  userId: string,
  { bus, userChanges }: Pick<AccountServiceDeps, 'bus' | 'userChanges'>,
): Promise<void> {
  for (;;) {
    const sides = await ContactModel.find({ userId }).limit(BATCH_SIZE).lean();
    if (sides.length === 0) return;
    for (const side of sides) {
      const ownerId = String(side.ownerId);
      const value = { contactId: String(side._id), status: 'NONE' };
      await userChanges.record(ownerId, `contact:${userId}`, value);
      await ContactModel.deleteOne({ _id: side._id });
      bus.emit('contact.changed', { ownerId, userId });
    }
  }
}

/** The sign-in state of the freed addresses, unless a new owner has asked for a code since. */
async function dropChallenges({ erasure }: ErasedUser): Promise<void> {
  if (!erasure) return;
  await OtpChallengeModel.deleteMany({
    _id: trusted({ $in: erasure.addresses }),
    sentAt: trusted({ $lt: erasure.startedAt }),
  });
}
