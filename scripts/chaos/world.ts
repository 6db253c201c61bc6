/** The people and chats of a run. */

import { connectMongo, disconnectMongo } from '../../src/models/connect';
import { createIndexes } from '../../src/models/indexes';
import type { ParleyEnv } from '../bench/parley-env';
import { createPeople, createRooms, type Person } from '../bench/parley-world';
import type { Random } from './random';

/** Each is in so many groups, besides one private chat. */
const GROUPS_EACH = 2;
const GROUP_SIZE = 16;
/** One chat that many write to from both nodes at once. */
const HOT_GROUP_SIZE = 40;

export interface Chat {
  chatId: string;
  memberIds: string[];
}

export interface ChaosWorld {
  people: Person[];
  chats: Chat[];
  chatsOf(personId: string): string[];
}

/** Writes people and chats into an empty database, by Parley's own models; who is with whom is chosen by `random`. */
export async function buildChaosWorld(env: ParleyEnv, count: number, random: Random): Promise<ChaosWorld> {
  await connectMongo(env.MONGO_URI ?? '', env.dbName ?? '');
  try {
    await createIndexes();
    const people = await createPeople(count, env);
    const pairs = slices(random.shuffled(people), 2).filter((pair) => pair.length === 2);
    const groups = [random.shuffled(people).slice(0, HOT_GROUP_SIZE)];
    for (let i = 0; i < GROUPS_EACH; i += 1) groups.push(...slices(random.shuffled(people), GROUP_SIZE));
    const rooms = [...(await createRooms('private', pairs)), ...(await createRooms('group', groups))];
    const chats = rooms.map(({ chatId, people: members }) => ({
      chatId,
      memberIds: members.map(({ id }) => id),
    }));
    const byPerson = new Map<string, string[]>(people.map(({ id }) => [id, []]));
    for (const { chatId, memberIds } of chats) for (const id of memberIds) byPerson.get(id)?.push(chatId);
    return { people, chats, chatsOf: (id) => byPerson.get(id) ?? [] };
  } finally {
    await disconnectMongo();
  }
}

function slices<T>(list: readonly T[], size: number): T[][] {
  const parts: T[][] = [];
  for (let at = 0; at < list.length; at += size) parts.push(list.slice(at, at + size));
  return parts;
}
