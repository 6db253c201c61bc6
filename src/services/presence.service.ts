import { OFFLINE_GRACE_MS } from '../config/limits';
import type { EventBus } from '../events/event-bus';
import { ContactModel } from '../models/contact.model';
import { MembershipModel } from '../models/membership.model';
import { toObjectId } from '../models/object-id';
import { trusted } from '../models/trusted';
import { UserModel } from '../models/user.model';
import { isBlocked, mayType, STRANGERS } from '../policies/contact.policy';
import type { Clock } from '../types/clock';
import { relationsOf } from './relation.service';

const RETRY_AFTER_MS = 2000;

export interface PresenceService {
  /** Adds a live socket to the user; the first one brings them online. */
  connected(userId: string, deviceId: string, socketId: string): Promise<void>;
  /** Takes a socket away; after the last one and a short grace the user is offline. */
  disconnected(userId: string, deviceId: string, socketId: string): Promise<void>;
  /** An away user looks offline to the others while the sockets go on hearing everything. */
  setAway(userId: string, isAway: boolean): Promise<void>;
  /** Of the connected users those who may know of this one's presence: contacts and chat partners, by privacy and blocks. */
  audienceOf(userId: string, connectedIds: Iterable<string>): Promise<string[]>;
  /** Of the connected users the contacts and chat partners, whether or not they may know. */
  neighboursOf(userId: string, connectedIds: Iterable<string>): Promise<string[]>;
  /** Of these users those who may see this one type: a block ends that in groups too. */
  typingAudienceOf(userId: string, userIds: string[]): Promise<string[]>;
  /** True while others, if they may know, see this user online. */
  isAnnounced(userId: string): boolean;
  /** Removes what an earlier run of this server left in `socketIds`. */
  reapStale(): Promise<void>;
  /** Takes this node's sockets away at the end. */
  stop(socketIds: string[]): Promise<void>;
}

/** Owns `User.socketIds`. Offline is announced late, so that a short loss of the network is not told to anybody. */
export function createPresenceService(deps: { bus: EventBus; clock: Clock }): PresenceService {
  const { bus, clock } = deps;
  const leaving = new Map<string, NodeJS.Timeout>();
  const away = new Set<string>();
  const announced = new Set<string>();
  let isStopped = false;

  function announce(userId: string, isOnline: boolean): void {
    if (announced.has(userId) === isOnline) return;
    if (isOnline) announced.add(userId);
    else announced.delete(userId);
    bus.emit('presence.changed', { userId, isOnline });
  }

  /** A socket that is gone must not stay in the record because the database was away: tried until it is done. */
  async function untilDone<T>(work: () => Promise<T>): Promise<T | undefined> {
    while (!isStopped) {
      try {
        return await work();
      } catch {
        await new Promise<void>((resolve) => setTimeout(resolve, RETRY_AFTER_MS).unref());
      }
    }
    return undefined;
  }

  async function leave(userId: string): Promise<void> {
    leaving.delete(userId);
    const user = await UserModel.findById(userId, { socketIds: 1 }).lean();
    if (user && user.socketIds.length > 0) return;
    if (away.delete(userId))
      await UserModel.updateOne({ _id: userId }, { $unset: { isAway: '' } }, { timestamps: false });
    announce(userId, false);
  }

  return {
    async connected(userId, deviceId, socketId) {
      clearTimeout(leaving.get(userId));
      leaving.delete(userId);
      const seen = clock.now();
      const { matchedCount } = await UserModel.updateOne(
        { _id: userId, deletedAt: null, 'devices.deviceId': deviceId },
        { $addToSet: { socketIds: socketId }, $set: { lastSeenAt: seen, 'devices.$.lastSeenAt': seen } },
        { timestamps: false },
      );
      if (matchedCount === 0) {
        const change = { $addToSet: { socketIds: socketId }, $set: { lastSeenAt: seen } };
        await UserModel.updateOne({ _id: userId, deletedAt: null }, change, { timestamps: false });
      }
      if (!away.has(userId)) announce(userId, true);
    },

    async disconnected(userId, deviceId, socketId) {
      // `stop` takes all of them away at once, and after it there is no database.
      if (isStopped) return;
      const seen = clock.now();
      const user = await untilDone(() => takeAway(userId, socketId, seen));
      await UserModel.updateOne(
        { _id: userId, deletedAt: null, 'devices.deviceId': deviceId },
        { $set: { 'devices.$.lastSeenAt': seen } },
        { timestamps: false },
      );
      if (!user || user.socketIds.length > 0 || isStopped) return;
      clearTimeout(leaving.get(userId));
      leaving.set(
        userId,
        setTimeout(() => void untilDone(() => leave(userId)), OFFLINE_GRACE_MS),
      );
    },

    async setAway(userId, isAway) {
      await UserModel.updateOne(
        { _id: userId, deletedAt: null },
        { $set: { isAway } },
        { timestamps: false },
      );
      if (isAway) away.add(userId);
      else away.delete(userId);
      announce(userId, !isAway);
    },

    neighboursOf,

    async audienceOf(userId, connectedIds) {
      const connected = await neighboursOf(userId, connectedIds);
      if (connected.length === 0) return [];
      const [user, relations] = await Promise.all([
        UserModel.findById(userId, { privacy: 1 }).lean(),
        relationsOf(userId, connected),
      ]);
      const audience = user?.privacy?.online ?? 'everyone';
      return connected.filter((id) => {
        const relation = relations.get(id);
        if (!relation || isBlocked(relation) || audience === 'nobody') return false;
        return audience === 'everyone' || relation.isMyContact;
      });
    },

    async typingAudienceOf(userId, userIds) {
      const relations = await relationsOf(userId, userIds);
      return userIds.filter((id) => mayType(relations.get(id) ?? STRANGERS));
    },

    isAnnounced: (userId) => announced.has(userId),

    async reapStale() {
      await UserModel.updateMany(
        { socketIds: trusted({ $gt: '' }) },
        { $set: { socketIds: [] }, $unset: { isAway: '' } },
        { timestamps: false },
      );
    },

    async stop(socketIds) {
      isStopped = true;
      for (const timer of leaving.values()) clearTimeout(timer);
      if (socketIds.length === 0) return;
      await UserModel.updateMany(
        { socketIds: trusted({ $in: socketIds }) },
        { $pullAll: { socketIds }, $set: { lastSeenAt: clock.now() }, $unset: { isAway: '' } },
        { timestamps: false },
      );
    },
  };
}

async function neighboursOf(userId: string, connectedIds: Iterable<string>): Promise<string[]> {
  const near = await nearTo(userId);
  near.delete(userId);
  return [...connectedIds].filter((id) => near.has(id));
}

/** Removes one socket from the record and answers which are left. */
async function takeAway(
  userId: string,
  socketId: string,
  seen: Date,
): Promise<{ socketIds: string[] } | null> {
  return UserModel.findOneAndUpdate(
    { _id: userId, deletedAt: null },
    { $pull: { socketIds: socketId }, $set: { lastSeenAt: seen } },
    { returnDocument: 'after', timestamps: false, projection: { socketIds: 1 } },
  ).lean();
}

/** Contacts on either side and the people one shares a chat with. */
async function nearTo(userId: string): Promise<Set<string>> {
  const id = toObjectId(userId);
  const [own, contacts] = await Promise.all([
    MembershipModel.find({ userId: id, leftAt: null }, { chatId: 1 }).lean(),
    // Who only asked to be a contact, or was blocked or removed, is none.
    ContactModel.find(
      {
        $or: [
          { ownerId: id, status: 'accepted' },
          { userId: id, status: 'accepted' },
        ],
      },
      { ownerId: 1, userId: 1 },
    ).lean(),
  ]);
  const chatIds = own.map((membership) => membership.chatId);
  const partners = await MembershipModel.find(
    { chatId: trusted({ $in: chatIds }), leftAt: null },
    { userId: 1 },
  ).lean();
  const near = new Set(partners.map((membership) => String(membership.userId)));
  for (const contact of contacts) near.add(String(contact.ownerId)).add(String(contact.userId));
  return near;
}
