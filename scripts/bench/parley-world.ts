/**
 * People, chats and sign-ins for Parley, written through its own models: a run needs thousands of them in seconds,
 * and signing in by OTP is slow on purpose.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import mongoose, { Types } from 'mongoose';
import { ChatModel } from '../../src/models/chat.model';
import { connectMongo, disconnectMongo } from '../../src/models/connect';
import { createIndexes } from '../../src/models/indexes';
import { MembershipModel } from '../../src/models/membership.model';
import { SessionModel } from '../../src/models/session.model';
import { UserModel } from '../../src/models/user.model';
import { createTokenSigner } from './bench-token';
import type { ParleyEnv } from './parley-env';

export interface Person {
  id: string;
  /** A Parley access token. */
  token: string;
}

export interface Room {
  chatId: string;
  people: Person[];
}

export interface World {
  pairs: Room[];
  groups: Room[];
  /** People without a chat. */
  loners: Person[];
  /** People who are in several groups each. */
  town: Town;
  mongodVersion: string;
}

export interface Town {
  people: Person[];
  groups: Room[];
}

export interface WorldSize {
  pairs: number;
  groups: number[];
  loners: number;
  town: number;
}

/** Builds the world in an empty database and leaves the connection closed; nobody but the town's people is in two chats. */
export async function buildWorld(env: ParleyEnv, size: WorldSize): Promise<World> {
  await connectMongo(env.MONGO_URI ?? '', env.dbName ?? '');
  try {
    await createIndexes();
    const groupPeople = size.groups.reduce((sum, members) => sum + members, 0);
    const people = await createPeople(2 * size.pairs + groupPeople + size.loners + size.town, env);
    const take = (count: number): Person[] => people.splice(0, count);
    return {
      pairs: await createRooms(
        'private',
        Array.from({ length: size.pairs }, () => take(2)),
      ),
      groups: await createRooms('group', size.groups.map(take)),
      loners: take(size.loners),
      town: await createTown(take(size.town)),
      mongodVersion: await readVersion(),
    };
  } finally {
    await disconnectMongo();
  }
}

/** People with a device and a session each, of whom nobody signed in. */
export async function createPeople(count: number, env: ParleyEnv): Promise<Person[]> {
  const now = new Date();
  const expiresAt = new Date(now.getTime() + 86_400_000);
  const rows = Array.from({ length: count }, (_, index) => ({
    userId: new Types.ObjectId(),
    sessionId: new Types.ObjectId(),
    deviceId: randomUUID(),
    phoneNumber: `+9990${String(index).padStart(8, '0')}`,
    name: `Bench ${index}`,
  }));
  await UserModel.insertMany(
    rows.map(({ userId, deviceId, phoneNumber, name }) => {
      const devices = [{ deviceId, platform: 'bench', name: 'bench', lastSeenAt: now }];
      return { _id: userId, phoneNumber, phoneVerified: true, name, devices };
    }),
  );
  await SessionModel.insertMany(
    rows.map(({ userId, sessionId, deviceId }) => {
      const refreshHash = randomBytes(32).toString('hex');
      return { _id: sessionId, userId, deviceId, dialect: 'native', refreshHash, expiresAt };
    }),
  );
  const sign = await createTokenSigner(env);
  return rows.map(({ userId, sessionId, deviceId }) => {
    const id = userId.toHexString();
    const actor = { userId: id, sessionId: sessionId.toHexString(), deviceId, dialect: 'native' };
    return { id, token: sign(actor) };
  });
}

/** Chats with these members; the first one of a group owns it. */
export async function createRooms(type: 'private' | 'group', members: Person[][]): Promise<Room[]> {
  const now = new Date();
  const rooms = members.map((people) => ({ chatId: new Types.ObjectId().toHexString(), people }));
  await ChatModel.insertMany(
    rooms.map(({ chatId, people }) => ({
      _id: chatId,
      type,
      memberCount: people.length,
      lastActivityAt: now,
      ...(type === 'group' ? { name: 'Bench', ownerId: people[0]?.id } : { pairKey: pairKey(people) }),
    })),
  );
  await MembershipModel.insertMany(
    rooms.flatMap(({ chatId, people }) =>
      people.map(({ id }, index) => {
        const role = type === 'group' && index === 0 ? 'owner' : 'member';
        return { chatId, userId: id, role, joinedAt: now };
      }),
    ),
  );
  return rooms;
}

/** Groups of 16 to 40 of whom each shares most with the one before; on average everybody is in almost three. */
async function createTown(people: Person[]): Promise<Town> {
  const neighbours = [...people, ...people];
  const groups = Array.from({ length: people.length / 10 }, (_, i) => {
    const size = 16 + ((i * 7) % 25);
    return neighbours.slice(i * 10, i * 10 + size);
  });
  return { people, groups: await createRooms('group', groups) };
}

function pairKey(people: Person[]): string {
  return people
    .map(({ id }) => id)
    .sort()
    .join(':');
}

async function readVersion(): Promise<string> {
  const info = await mongoose.connection.db?.command({ buildInfo: 1 });
  return String(info?.version);
}
