/** After the storm: lets everything come to rest, then compares. */
import { setTimeout as delay } from 'node:timers/promises';
import { compareCopies, type Difference } from './check-copies';
import { checkLog, checkShown } from './check-log';
import { checkPresence } from './check-presence';
import { checkUnread } from './check-unread';
import { NODE_NAMES } from './plan';
import type { Scene } from './storm';
import { eachOf, readLog, readShown } from './truth';

const REST_WITHIN_MS = 60_000;
/** A change whose node died in the middle of it is passed over by sync after 15 s. */
const SAME_WITHIN_MS = 25_000;

/** Waits for rest and counts everything that is wrong. */
export async function judge(scene: Scene): Promise<void> {
  const { log, nodes, tally } = scene;
  log('everything is back; waiting for rest');
  await scene.replicaSet.untilWhole();
  await comeToRest(scene);
  log('comparing the log, the nodes and the copies');
  for (const { text } of await untilSame(scene)) tally.fault('diverged', text);
  const rows = await readLog(scene);
  checkLog(scene, rows);
  for (const name of NODE_NAMES)
    checkShown(scene, rows, { name, shown: await readShown(scene, nodes.urlOf(name)) });
  await checkUnread(scene, rows);
  log('comparing who is online');
  await checkPresence(scene);
  for (const end of nodes.unexpectedEnds()) tally.fault('diverged', end);
}

/** Everybody is connected and everything written is acknowledged. */
async function comeToRest({ clients, tally }: Scene): Promise<void> {
  for (const { line } of clients) if (!line.isOpen) line.open();
  const deadline = Date.now() + REST_WITHIN_MS;
  const restless = () => clients.filter(({ line, outbox }) => !line.isOpen || outbox.size > 0);
  while (restless().length > 0 && Date.now() < deadline) await delay(100);
  for (const { person, outbox } of restless())
    tally.fault('lost', `${person.id} is cut off, or waits for ${outbox.size} acknowledgements`);
}

async function untilSame(scene: Scene): Promise<Difference[]> {
  const deadline = Date.now() + SAME_WITHIN_MS;
  for (;;) {
    await eachOf(scene.clients, (client) => client.sync().catch(() => undefined));
    const differences = compareCopies(scene, await readShown(scene, scene.nodes.urlOf('A')));
    if (differences.length === 0 || Date.now() > deadline) return differences;
    await delay(1000);
  }
}
