/** Who is shown online, and which sockets stand in the record: with all connected, after some left, after all left. */
import { setTimeout as delay } from 'node:timers/promises';
import { mongo } from 'mongoose';
import type { Client } from './client';
import type { Scene } from './storm';
import { eachOf } from './truth';

/** A lease is 6 s, the grace before offline 3 s, and the sweep after it half a second; the rest is for a loaded machine. */
const WITHIN_MS = 15_000;
const LOOK_EVERY_MS = 300;

/**
 * With everybody connected, then with a quarter gone in order, and those of a quarter who were on node B gone with it, killed; at last
 * with nobody left. Counts what is still wrong when the time for it is over.
 */
export async function checkPresence(scene: Scene): Promise<void> {
  const { clients, nodes } = scene;
  await expectRecord(scene, 'with all connected');
  await expectShown(scene, () => true, 'with all connected');
  const leavers = clients.filter((_, i) => i % 4 === 0);
  const mourned = clients.filter((client, i) => i % 4 === 1 && client.line.url === nodes.urlOf('B'));
  const since = Date.now();
  for (const client of clients) client.line.keepTo([nodes.urlOf('A')]);
  for (const client of mourned) client.line.stayAway();
  for (const client of leavers) client.line.close();
  await nodes.kill('B');
  scene.tally.kills += 1;
  const gone = new Set([...leavers, ...mourned]);
  await expectRecord(scene, 'after some left');
  await expectShown(scene, (client) => !gone.has(client), 'after some left');
  await expectHeard(scene, gone, since);
  for (const client of clients) client.line.close();
  await expectRecord(scene, 'after all left');
}

/** The sockets in the record are those that live. */
async function expectRecord(scene: Scene, when: string): Promise<void> {
  const wrong = await untilNone(async () => {
    const stored = await readSockets(scene);
    return scene.clients.flatMap((client) => {
      const ids = stored.get(client.person.id) ?? [];
      const live = client.line.socketId;
      const stale = ids.filter((id) => id !== live).map((id) => ({ client, id, isStale: true }));
      const isMissing = live !== undefined && !ids.includes(live);
      return isMissing ? [...stale, { client, id: live, isStale: false }] : stale;
    });
  });
  for (const { client, id, isStale } of wrong)
    if (isStale) scene.tally.fault('staleSocketIds', `${id} of ${client.person.id}, ${when}`);
    else
      scene.tally.fault('diverged', `the live socket ${id} of ${client.person.id} is not recorded, ${when}`);
}

async function readSockets({ replicaSet, clients }: Scene): Promise<Map<string, string[]>> {
  const ids = clients.map(({ person }) => new mongo.ObjectId(person.id));
  const users = replicaSet.client.db('bench_parley').collection<{ socketIds: string[] }>('users');
  const found = await users.find({ _id: { $in: ids } }, { projection: { socketIds: 1 } }).toArray();
  return new Map(found.map(({ _id, socketIds }) => [String(_id), socketIds]));
}

/** Node A shows everybody to somebody of their chats as they are. */
async function expectShown(scene: Scene, isOnline: (client: Client) => boolean, when: string): Promise<void> {
  const url = scene.nodes.urlOf('A');
  const wrong = await untilNone(async () => {
    const looks = await eachOf(scene.clients, async (client) => {
      const partner = partnersOf(scene, client)[0];
      if (!partner) return [];
      const { body } = await partner.request(url, 'GET', `/api/users/${client.person.id}`);
      const { online } = (body as { user: { online: boolean } }).user;
      return online === isOnline(client) ? [] : [client];
    });
    return looks.flat();
  });
  for (const client of wrong)
    scene.tally.fault(
      'diverged',
      `${client.person.id} is shown ${isOnline(client) ? 'offline' : 'online'}, ${when}`,
    );
}

/** Whoever is left heard the last of those who are gone go. */
async function expectHeard(scene: Scene, gone: ReadonlySet<Client>, since: number): Promise<void> {
  const unheard = await untilNone(() =>
    Promise.resolve(
      [...gone].filter((client) => {
        // Who was connecting anew at that moment asks instead.
        const witnesses = partnersOf(scene, client).filter(
          (partner) => !gone.has(partner) && partner.line.openedAtMs < since,
        );
        const hasHeard = ({ heard }: Client): boolean => {
          const last = heard.get(client.person.id);
          return last !== undefined && !last.isOnline && last.atMs >= since;
        };
        return witnesses.length > 0 && !witnesses.some(hasHeard);
      }),
    ),
  );
  for (const client of unheard)
    scene.tally.fault('diverged', `nobody was told that ${client.person.id} went offline`);
}

function partnersOf({ world, clients }: Scene, { person }: Client): Client[] {
  const chats = world.chats.filter(({ memberIds }) => memberIds.includes(person.id));
  const near = new Set(chats.flatMap(({ memberIds }) => memberIds));
  near.delete(person.id);
  return clients.filter((client) => near.has(client.person.id));
}

/** Looks until nothing is wrong any more or the time is over. */
async function untilNone<T>(look: () => Promise<T[]>): Promise<T[]> {
  const deadline = Date.now() + WITHIN_MS;
  for (;;) {
    const wrong = await look();
    if (wrong.length === 0 || Date.now() > deadline) return wrong;
    await delay(LOOK_EVERY_MS);
  }
}
