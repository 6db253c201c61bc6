import type { Person } from '../support/client';
import { say, startWorld, type World } from '../support/native-world';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

let world: World;
let alice: Person;
let bob: Person;
let chatId: string;
beforeEach(async () => {
  world = await startWorld();
  [alice, bob] = [await world.person('Alice'), await world.person('Bob')];
  chatId = await world.group(alice, [bob]);
});
afterEach(() => world.stop());

const edit = (person: Person, id: string) =>
  person.api('PUT', `/api/messages/${id}`, { newContent: 'Edited' });
const remove = (person: Person, id: string, query = '?forEveryone=true') =>
  person.api('DELETE', `/api/messages/${id}${query}`);

/** Lets time pass and signs in again, because access tokens live 15 minutes only. */
async function pass(ms: number): Promise<void> {
  world.clock.advance(ms);
  [alice, bob] = [await world.deviceOf(alice), await world.deviceOf(bob)];
}

it('lets the sender edit for 15 minutes, over REST and sockets', async () => {
  const { id } = await say(bob, chatId, 'Draft');
  await pass(13 * MINUTE_MS);
  expect((await edit(bob, id)).status).toBe(200);
  await pass(2 * MINUTE_MS);
  const late = await edit(bob, id);
  expect([late.status, late.body.code]).toEqual([403, 'forbidden']);
  const ack = await (await world.socket(bob)).ask('edit_message', { messageId: id, newContent: 'Late' });
  expect(ack.error.code).toBe('forbidden');
});

it('lets the sender delete for everyone for 48 hours, a group admin always, anybody for themselves always', async () => {
  const [first, second] = [await say(bob, chatId, 'First'), await say(bob, chatId, 'Second')];
  await pass(47 * HOUR_MS);
  expect((await remove(bob, first.id)).status).toBe(200);
  await pass(HOUR_MS);
  const late = await remove(bob, second.id);
  expect([late.status, late.body.code]).toEqual([403, 'forbidden']);
  const ack = await (await world.socket(bob)).ask('delete_message', {
    messageId: second.id,
    deleteForEveryone: true,
  });
  expect(ack.error.code).toBe('forbidden');
  expect((await remove(bob, second.id, '')).status).toBe(200);
  expect((await remove(alice, second.id)).status).toBe(200);
});
