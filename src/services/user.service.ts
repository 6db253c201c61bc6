import { AppError, notFound } from '../errors/app-error';
import { isDuplicateKey } from '../errors/from-mongo';
import type { EventBus } from '../events/event-bus';
import { asyncatch } from '../helpers/asyncatch';
import { gramsOf } from '../helpers/grams';
import { type Privacy, UserModel, type UserRecord } from '../models/user.model';
import type { RelationFacts } from '../policies/contact.policy';
import type { MediaLibrary } from './media-library.types';
import { relationsOf } from './relation.service';
import { storedPicture } from './stored-picture';

/** What may be changed of a profile; what is not named stays. */
export interface ProfilePatch {
  /** 1 to 100 characters. */
  name?: string;
  /** 3 to 32 of a-z, 0-9, `_` and `.`, in any case; null removes it. */
  username?: string | null;
  bio?: string;
  avatarUrl?: string | null;
  /** Only the named settings change. */
  privacy?: Partial<Privacy>;
  /** Replaces the whole object. */
  settings?: Record<string, unknown>;
}

export interface UserService {
  /** @throws unauthenticated when the account is gone. */
  getSelf(userId: string): Promise<UserRecord>;
  /** Changes one's own profile. @throws conflict when the username is taken. */
  updateProfile(userId: string, patch: ProfilePatch): Promise<UserRecord>;
  /** Somebody's profile, with how the viewer stands to them. @throws not_found, also for deleted accounts. */
  getUser(viewerId: string, userId: string): Promise<{ user: UserRecord; relation: RelationFacts }>;
}

type Files = Pick<MediaLibrary, 'claim' | 'reconsider'>;

/** Writers of the same profile at once are a person's own devices: a few. */
const MAX_ATTEMPTS = 10;

export function createUserService(deps: { bus: EventBus; library: Files }): UserService {
  return {
    getSelf: readSelf,

    async updateProfile(userId, patch) {
      const user = await writeProfile(userId, patch, deps.library);
      deps.bus.emit('user.updated', { userId });
      if (patch.privacy?.online !== undefined) deps.bus.emit('presence.audience-changed', { userId });
      return user;
    },

    async getUser(viewerId, userId) {
      const user = await UserModel.findOne({ _id: userId, deletedAt: null }).lean();
      const relation = (await relationsOf(viewerId, [userId])).get(userId);
      if (!user || !relation) throw notFound('The user');
      return { user, relation };
    },
  };
}

async function readSelf(userId: string): Promise<UserRecord> {
  const user = await UserModel.findOne({ _id: userId, deletedAt: null }).lean();
  if (!user) throw new AppError('unauthenticated', 'This account does not exist any more');
  return user;
}

/**
 * The search pieces come from name and username together, so the write holds only if both are still what they were
 * when the pieces were cut; otherwise it starts again.
 */
async function writeProfile(userId: string, patch: ProfilePatch, library: Files): Promise<UserRecord> {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const before = await readSelf(userId);
    const written = await tryWrite(before, await withStoredPicture(before, patch, library));
    if (written) return written;
  }
  throw new AppError('conflict', 'The profile is being changed by several devices at once');
}

async function withStoredPicture(
  before: UserRecord,
  patch: ProfilePatch,
  library: Files,
): Promise<ProfilePatch> {
  const { avatarUrl } = patch;
  if (avatarUrl === undefined) return patch;
  const picture = { before: before.avatarUrl, avatarUrl };
  return { ...patch, avatarUrl: await storedPicture(library, String(before._id), picture) };
}

async function tryWrite(before: UserRecord, patch: ProfilePatch): Promise<UserRecord | null> {
  const { _id, name, username } = before;
  const unchanged = { _id, deletedAt: null, name, username: username ?? null };
  const options = { returnDocument: 'after', runValidators: true } as const;
  const [user, error] = await asyncatch(
    UserModel.findOneAndUpdate(unchanged, toUpdate(before, patch), options).lean().exec(),
  );
  if (error === null) return user;
  if (isDuplicateKey(error, 'username')) {
    throw new AppError('conflict', 'This username is taken', {
      errors: [{ path: 'username', message: 'is taken' }],
    });
  }
  throw error;
}

function toUpdate(before: UserRecord, patch: ProfilePatch): Record<string, Record<string, unknown>> {
  const name = patch.name?.trim() ?? before.name;
  const username = patch.username === undefined ? before.username : patch.username?.toLowerCase();
  const set: Record<string, unknown> = { name, searchGrams: searchGramsOf(name, username) };
  if (patch.bio !== undefined) set.bio = patch.bio;
  if (patch.avatarUrl !== undefined) set.avatarUrl = patch.avatarUrl;
  if (patch.settings !== undefined) set.settings = patch.settings;
  for (const [key, value] of Object.entries(patch.privacy ?? {})) set[`privacy.${key}`] = value;
  if (username === undefined) return { $set: set, $unset: { username: '' } };
  return { $set: { ...set, username } };
}

/** What a search by parts of name or username looks into; see `user-search.service`. */
function searchGramsOf(name: string, username: string | undefined): string[] {
  return gramsOf(`${name} ${username ?? ''}`);
}
