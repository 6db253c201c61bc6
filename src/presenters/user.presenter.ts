import {
  DEFAULT_PRIVACY,
  type LiveDevice,
  liveDevicesOf,
  type Privacy,
  type UserRecord,
} from '../models/user.model';
import { canSee, type Relation, type RelationFacts } from '../policies/contact.policy';
import type { MediaSigner } from '../services/media-library.types';
import { presentPicture } from './content.presenter';

/** What others see of a person (contract section 4); `phoneNumber` only between contacts. */
export interface UserView {
  id: string;
  name: string;
  username: string | null;
  bio: string;
  avatarUrl: string | null;
  online: boolean;
  lastSeenAt: string | null;
  phoneNumber?: string;
}

/** A device as its owner sees it (contract section 7). */
export interface DeviceView {
  deviceId: string;
  platform: string;
  name: string;
  online: boolean;
  lastSeenAt: string;
}

/** What one sees of oneself (contract section 4). */
export interface SelfView extends Omit<UserView, 'phoneNumber'> {
  phoneNumber: string | null;
  email: string | null;
  socketIds: string[];
  devices: DeviceView[];
  privacy: Privacy;
  settings: Record<string, unknown>;
  createdAt: string;
}

const DELETED_ACCOUNT_NAME = 'Deleted account';

/** Presents a user to themselves, with nothing held back but secrets. */
export function presentSelf(user: UserRecord, signer: MediaSigner): SelfView {
  return {
    id: String(user._id),
    name: user.name,
    username: user.username ?? null,
    bio: user.bio,
    avatarUrl: presentPicture(user.avatarUrl, signer),
    online: user.socketIds.length > 0,
    lastSeenAt: user.lastSeenAt?.toISOString() ?? null,
    phoneNumber: user.phoneNumber ?? null,
    email: user.email ?? null,
    socketIds: user.socketIds,
    devices: presentDevices(liveDevicesOf(user)),
    privacy: { ...DEFAULT_PRIVACY, ...user.privacy },
    settings: user.settings,
    createdAt: user.createdAt.toISOString(),
  };
}

/** Presents a user to somebody else, as far as that user's privacy and a block let them see (contract sections 4 and 5). */
export function presentUser(user: UserRecord, relation: Relation, signer: MediaSigner): UserView {
  if (user.deletedAt) return presentDeleted(user);
  const facts: RelationFacts = { ...relation, otherPrivacy: user.privacy };
  const phoneNumber = user.phoneVerified && canSee('phoneNumber', facts) ? user.phoneNumber : undefined;
  return {
    id: String(user._id),
    name: user.name,
    username: user.username ?? null,
    bio: canSee('bio', facts) ? user.bio : '',
    avatarUrl: canSee('photo', facts) ? presentPicture(user.avatarUrl, signer) : null,
    online: isSeenOnline(user, facts),
    lastSeenAt: canSee('lastSeen', facts) ? (user.lastSeenAt?.toISOString() ?? null) : null,
    ...(phoneNumber !== undefined && { phoneNumber }),
  };
}

/** Name and picture alone, as `presentUser` shows them. */
export function presentFace(
  user: Pick<UserRecord, 'name' | 'avatarUrl' | 'privacy' | 'deletedAt'>,
  relation: Relation,
  signer: MediaSigner,
): { name: string; avatarUrl: string | null } {
  if (user.deletedAt) return { name: DELETED_ACCOUNT_NAME, avatarUrl: null };
  const isShown = canSee('photo', { ...relation, otherPrivacy: user.privacy });
  return { name: user.name, avatarUrl: isShown ? presentPicture(user.avatarUrl, signer) : null };
}

/** True when somebody else sees the user online, as far as that user's privacy and a block let them. */
export function isSeenOnline(
  { socketIds, isAway }: Pick<UserRecord, 'socketIds' | 'isAway'>,
  facts: RelationFacts,
): boolean {
  return canSee('online', facts) && socketIds.length > 0 && !isAway;
}

/** Presents devices to their owner. */
export function presentDevices(devices: LiveDevice[]): DeviceView[] {
  return devices.map((device) => ({
    deviceId: device.deviceId,
    platform: device.platform,
    name: device.name,
    online: device.isOnline,
    lastSeenAt: device.lastSeenAt.toISOString(),
  }));
}

function presentDeleted(user: UserRecord): UserView {
  return {
    id: String(user._id),
    name: DELETED_ACCOUNT_NAME,
    username: null,
    bio: '',
    avatarUrl: null,
    online: false,
    lastSeenAt: null,
  };
}
