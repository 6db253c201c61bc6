/**
 * What is stored of who is connected where. Every socket stands there with its node, so that what a dead node left can be told from
 * what lives; who is shown online changes by one atomic write, so that of several nodes one tells of it.
 */
import { toObjectId } from '../models/object-id';
import { trusted } from '../models/trusted';
import { UserModel, type UserRecord } from '../models/user.model';

/** A socket of this node. */
export interface OwnSocket {
  userId: string;
  deviceId: string;
  sessionId: string;
  socketId: string;
}

const JUST_COMING_MS = 2000;

// What a fail-over takes back is set right after it (`presence.service`); waiting for a majority would be for nothing.
const LIGHT = { writeConcern: { w: 1 }, timestamps: false } as const;

/**
 * Writes a socket to its user, who is shown online thereby unless they want to look offline; true for the one call, on whichever node,
 * that changed what is shown.
 */
export async function addSocket(socket: OwnSocket, node: string, seen: Date): Promise<boolean> {
  const isNews = await writeSocket(socket, node, seen, SHOWN);
  if (isNews !== undefined) return isNews;
  await noteSocket(socket, node, seen);
  // Being away ends with the last socket, and that may have been written just before this one was.
  return showOnline(socket.userId);
}

/** Writes a socket to its user without a change of what is shown of them. */
async function noteSocket(socket: OwnSocket, node: string, seen: Date): Promise<void> {
  await writeSocket(socket, node, seen, { where: {}, set: {} });
}

const SHOWN = { where: { isAway: trusted({ $ne: true }) }, set: { isShownOnline: true } } as const;

/** Resolves to whether the user was not shown online before; undefined where there is no such user. */
async function writeSocket(
  { userId, deviceId, sessionId, socketId }: OwnSocket,
  node: string,
  seen: Date,
  { where, set }: { where: object; set: object },
): Promise<boolean | undefined> {
  const added = { socketIds: socketId, sockets: { id: socketId, node, deviceId, sessionId } };
  const before = await writeOfDevice(
    { userId, deviceId },
    { where, update: { $addToSet: added }, set: { ...set, lastSeenAt: seen }, seen },
    'before',
  );
  return before ? !before.isShownOnline : undefined;
}

/** Takes a socket away; resolves to whether the user has others. */
export async function takeSocket(
  { userId, deviceId, socketId }: Omit<OwnSocket, 'sessionId'>,
  seen: Date,
): Promise<boolean> {
  const left = await writeOfDevice(
    { userId, deviceId },
    {
      where: {},
      update: { $pull: { socketIds: socketId, sockets: { id: socketId } } },
      set: { lastSeenAt: seen },
      seen,
    },
    'after',
  );
  return left === null || left.socketIds.length > 0;
}

/** One write to a user and to when their device was last seen; also for a device that is not written down any more. */
async function writeOfDevice(
  { userId, deviceId }: { userId: string; deviceId: string },
  { where, update, set, seen }: { where: object; update: object; set: object; seen: Date },
  returnDocument: 'before' | 'after',
): Promise<Pick<UserRecord, 'socketIds' | 'isShownOnline'> | null> {
  const alive = { _id: userId, deletedAt: null, ...where };
  const ofDevice = { ...update, $set: { ...set, 'devices.$.lastSeenAt': seen } };
  const options = { ...LIGHT, returnDocument, projection: { socketIds: 1, isShownOnline: 1 } } as const;
  return (
    (await UserModel.findOneAndUpdate(
      { ...alive, 'devices.deviceId': deviceId },
      ofDevice,
      options,
    ).lean()) ?? (await UserModel.findOneAndUpdate(alive, { ...update, $set: set }, options).lean())
  );
}

/** Shows a connected user online; true for the one call, on whichever node, that changed it. */
export async function showOnline(userId: string): Promise<boolean> {
  const { modifiedCount } = await UserModel.updateOne(
    {
      _id: userId,
      isShownOnline: trusted({ $ne: true }),
      isAway: trusted({ $ne: true }),
      'socketIds.0': trusted({ $exists: true }),
    },
    { $set: { isShownOnline: true } },
    LIGHT,
  );
  return modifiedCount === 1;
}

/** Shows a user offline although connected; true for the one call that changed it. */
export async function hideOnline(userId: string): Promise<boolean> {
  const { modifiedCount } = await UserModel.updateOne(
    { _id: userId, isShownOnline: true },
    { $unset: { isShownOnline: '' } },
    LIGHT,
  );
  return modifiedCount === 1;
}

/** Ends what is shown of a user without sockets; true for the one call that changed it. */
export async function endOnline(userId: string): Promise<boolean> {
  const before = await UserModel.findOneAndUpdate(
    { _id: userId, socketIds: trusted({ $size: 0 }) },
    { $unset: { isShownOnline: '', isAway: '' } },
    { ...LIGHT, returnDocument: 'before', projection: { isShownOnline: 1 } },
  ).lean();
  return before?.isShownOnline === true;
}

/** Writes that a user wants to look offline, or no more. */
export async function writeAway(userId: string, isAway: boolean): Promise<void> {
  await UserModel.updateOne({ _id: userId, deletedAt: null }, { $set: { isAway } }, LIGHT);
}

export async function isShownOnline(userId: string): Promise<boolean> {
  return (await UserModel.exists({ _id: userId, isShownOnline: true })) !== null;
}

/** Those who are shown online, have no socket any more, and were not seen since. */
export async function findLeftOnline(seenBefore: Date): Promise<string[]> {
  const left = await UserModel.find(
    { isShownOnline: true, socketIds: trusted({ $size: 0 }), lastSeenAt: trusted({ $lte: seenBefore }) },
    { _id: 1 },
  ).lean();
  return left.map(({ _id }) => String(_id));
}

/** Takes away every socket of a node that ended; who was connected there was last seen then, or later. */
export async function takeSocketsOfNode(node: string, endedAt: Date): Promise<void> {
  await UserModel.collection.updateMany(
    { 'sockets.node': node },
    keepingSockets({ $ne: ['$$socket.node', node] }, { lastSeenAt: { $max: ['$lastSeenAt', endedAt] } }),
    LIGHT,
  );
}

/** Takes away what no living node holds. */
export async function takeSocketsBut(nodes: readonly string[]): Promise<void> {
  await UserModel.collection.updateMany(
    // Of one socket, not of all of a user's: who has one that lives may have another that does not.
    { sockets: { $elemMatch: { node: { $gt: '', $nin: [...nodes] } } } },
    keepingSockets({ $in: ['$$socket.node', [...nodes]] }),
    LIGHT,
  );
  // What stands there without a node was written by a version before nodes.
  await UserModel.collection.updateMany(
    { socketIds: { $gt: '' }, 'sockets.0': { $exists: false } },
    { $set: { socketIds: [] }, $unset: { isAway: '' } },
    LIGHT,
  );
}

/** The sockets of a node as they are now. */
export interface LiveSockets {
  has(socketId: string): boolean;
  all(): Iterable<OwnSocket>;
}

/** Brings what is stored of a node's sockets in step with those it has. */
export async function reconcileSockets(node: string, live: LiveSockets, seen: Date): Promise<void> {
  const stored = await readSocketsOf(node);
  for (const socket of live.all()) {
    if (stored.has(socket.socketId)) continue;
    await noteSocket(socket, node, seen);
    // It may have gone meanwhile, and was taken away before it was added.
    if (!live.has(socket.socketId)) await takeSocket(socket, seen);
  }
  const gone = [...stored.values()].filter(({ socketId }) => !live.has(socketId));
  if (gone.length === 0) return;
  // One that is just coming is written before it counts as live.
  await new Promise((resolve) => setTimeout(resolve, JUST_COMING_MS));
  for (const socket of gone) if (!live.has(socket.socketId)) await takeSocket(socket, seen);
}

async function readSocketsOf(node: string): Promise<Map<string, Omit<OwnSocket, 'sessionId'>>> {
  const stored = UserModel.find({ 'sockets.node': node }, { sockets: 1 }).lean().cursor();
  const found = new Map<string, Omit<OwnSocket, 'sessionId'>>();
  for await (const { _id, sockets = [] } of stored)
    for (const { id, deviceId, node: holder } of sockets)
      if (holder === node) found.set(id, { userId: String(_id), deviceId, socketId: id });
  return found;
}

/** Of these users those who are connected, do not want to look offline, and are not shown online. */
export async function findNotShown(userIds: readonly string[]): Promise<string[]> {
  const hidden = await UserModel.find(
    {
      _id: trusted({ $in: userIds.map(toObjectId) }),
      isShownOnline: trusted({ $ne: true }),
      isAway: trusted({ $ne: true }),
    },
    { _id: 1 },
  ).lean();
  return hidden.map(({ _id }) => String(_id));
}

/** True when the device has a socket on a node other than this one. */
export async function hasDeviceElsewhere(userId: string, deviceId: string, node: string): Promise<boolean> {
  const socket = trusted({ $elemMatch: { deviceId, node: { $ne: node } } });
  return (await UserModel.exists({ _id: toObjectId(userId), sockets: socket })) !== null;
}

/** Makes the function that tells of users' devices which are connected to other nodes; it asks nobody while there are none. */
export function createConnectedElsewhere(node: { id: string; hasOthers(): boolean }) {
  return async (userIds: readonly string[]): Promise<(device: Device) => boolean> => {
    if (!node.hasOthers() || userIds.length === 0) return () => false;
    const users = await UserModel.find(
      { _id: trusted({ $in: userIds.map(toObjectId) }) },
      { sockets: 1 },
    ).lean();
    const elsewhere = users.flatMap(({ _id, sockets = [] }) =>
      sockets.filter((socket) => socket.node !== node.id).map(({ deviceId }) => `${_id}:${deviceId}`),
    );
    const places = new Set(elsewhere);
    return ({ userId, deviceId }) => places.has(`${userId}:${deviceId}`);
  };
}

interface Device {
  userId: string;
  deviceId: string;
}

/** An update that keeps the sockets of which `condition` holds. */
function keepingSockets(condition: object, more: object = {}): object[] {
  const kept = { $filter: { input: '$sockets', as: 'socket', cond: condition } };
  return [{ $set: { sockets: kept, ...more } }, { $set: { socketIds: '$sockets.id' } }];
}
