import { model, Schema, type Types } from 'mongoose';

export const AUDIENCES = ['everyone', 'contacts', 'nobody'] as const;
export type Audience = (typeof AUDIENCES)[number];

/** Contract section 5: who may see or do what, set by the user. */
export interface Privacy {
  lastSeen: Audience;
  online: Audience;
  photo: Audience;
  bio: Audience;
  groups: Audience;
  calls: Audience;
  readReceipts: boolean;
  discoverable: boolean;
}

export const DEFAULT_PRIVACY: Privacy = {
  lastSeen: 'everyone',
  online: 'everyone',
  photo: 'everyone',
  bio: 'everyone',
  groups: 'everyone',
  calls: 'everyone',
  readReceipts: true,
  discoverable: true,
};

export interface DeviceRecord {
  deviceId: string;
  platform: string;
  name: string;
  lastSeenAt: Date;
}

/** A live socket: on which node, of which device and session. */
export interface StoredSocket {
  id: string;
  node: string;
  deviceId: string;
  sessionId: string;
}

/** A device, and whether it has a socket on any node. */
export type LiveDevice = DeviceRecord & { isOnline: boolean };

export interface UserRecord {
  _id: Types.ObjectId;
  phoneNumber?: string;
  email?: string;
  /** A phone is verified by an OTP only (contract section 3). */
  phoneVerified: boolean;
  emailVerified: boolean;
  passwordHash?: string;
  name: string;
  /** Lower case; unique. */
  username?: string;
  bio: string;
  avatarUrl: string | null;
  /** Every live socket of the user on every node; drives the multi-device fan-out. */
  socketIds: string[];
  /** Each of them with the node that holds it, which takes them with it when it ends, and its device. */
  sockets?: StoredSocket[];
  /** Others were told that the user is online, and not yet that this is over. */
  isShownOnline?: boolean;
  /** Looks offline to others although connected (`set_presence`). */
  isAway?: boolean;
  devices: DeviceRecord[];
  privacy: Privacy;
  settings: Record<string, unknown>;
  /** N-grams of name and username, for the search by parts of them. */
  searchGrams: string[];
  lastSeenAt: Date | null;
  /** Set when the account was erased; the rest of the document is then empty. */
  deletedAt: Date | null;
  /** While the erasure is under way: since when, and the addresses whose sign-in state must still go. */
  erasure?: { startedAt: Date; addresses: string[] };
  createdAt: Date;
  updatedAt: Date;
}

const deviceSchema = new Schema<DeviceRecord>(
  {
    deviceId: { type: String, required: true },
    platform: { type: String, default: 'unknown' },
    name: { type: String, default: '' },
    lastSeenAt: { type: Date, required: true },
  },
  { _id: false },
);

const audience = { type: String, enum: AUDIENCES, default: 'everyone' };

const userSchema = new Schema<UserRecord>(
  {
    phoneNumber: String,
    email: String,
    phoneVerified: { type: Boolean, default: false },
    emailVerified: { type: Boolean, default: false },
    passwordHash: String,
    name: { type: String, default: '' },
    username: String,
    bio: { type: String, default: '' },
    avatarUrl: { type: String, default: null },
    socketIds: { type: [String], default: [] },
    sockets: { type: [Schema.Types.Mixed], default: undefined },
    isShownOnline: Boolean,
    isAway: Boolean,
    devices: { type: [deviceSchema], default: [] },
    privacy: {
      lastSeen: audience,
      online: audience,
      photo: audience,
      bio: audience,
      groups: audience,
      calls: audience,
      readReceipts: { type: Boolean, default: true },
      discoverable: { type: Boolean, default: true },
    },
    settings: { type: Schema.Types.Mixed, default: {} },
    searchGrams: { type: [String], default: [] },
    lastSeenAt: { type: Date, default: null },
    deletedAt: { type: Date, default: null },
    erasure: { type: new Schema({ startedAt: Date, addresses: [String] }, { _id: false }) },
  },
  { timestamps: true, minimize: false, versionKey: false },
);

userSchema.index({ avatarUrl: 1 }, { partialFilterExpression: { avatarUrl: { $gt: '' } } });
userSchema.index(
  { phoneNumber: 1 },
  { unique: true, partialFilterExpression: { phoneNumber: { $exists: true } } },
);
userSchema.index({ email: 1 }, { unique: true, partialFilterExpression: { email: { $exists: true } } });
userSchema.index({ username: 1 }, { unique: true, partialFilterExpression: { username: { $exists: true } } });
userSchema.index({ searchGrams: 1, _id: 1 });
userSchema.index({ 'erasure.startedAt': 1 }, { sparse: true });
userSchema.index({ 'privacy.discoverable': 1, _id: -1 });
userSchema.index({ socketIds: 1 });
userSchema.index({ 'sockets.node': 1 }, { sparse: true });
userSchema.index({ isShownOnline: 1 }, { sparse: true });

/** People: who they are, how they sign in, what they allow, and where they are connected. */
export const UserModel = model<UserRecord>('User', userSchema);

/** The devices of a user, and which of them are connected. */
export function liveDevicesOf({
  devices,
  sockets = [],
}: Pick<UserRecord, 'devices' | 'sockets'>): LiveDevice[] {
  return devices.map((device) => ({
    ...device,
    isOnline: sockets.some(({ deviceId }) => deviceId === device.deviceId),
  }));
}
