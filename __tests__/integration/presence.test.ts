import type { Person, TestSocket } from '../support/client';
import { say, startWorld, type World } from '../support/native-world';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

const aboutUser = (id: string) => (payload: { userId: string }) => payload.userId === id;
const heardOf = (socket: TestSocket, event: string, id: string) => socket.heard(event).filter(aboutUser(id));

const seenOnline = async (viewer: Person, id: string) =>
  (await viewer.api('GET', `/api/users/${id}`)).body.user.online;

/** Everything said before has been heard once a message has come that was sent after it. */
async function afterEverything(among: Person[], sockets: TestSocket[]): Promise<void> {
  const [first, ...others] = among;
  if (!first) return;
  const room = await world.group(first, others, 'Barrier');
  const { id } = await say(first, room, 'barrier');
  await Promise.all(sockets.map((socket) => socket.waitFor('new_message', (p) => p.message.id === id)));
}

describe('user-online and user-offline', () => {
  it('go to contacts and chat partners, and to no stranger', async () => {
    const [ann, contact, partner, stranger] = await people();
    await ann.api('POST', '/api/users/add-contact', { userId: contact.id });
    await world.privateChat(ann, partner);
    const sockets = [await world.socket(contact), await world.socket(partner)];
    const strange = await world.socket(stranger);
    const annSocket = await world.socket(ann);
    for (const socket of sockets)
      expect(await socket.waitFor('user-online', aboutUser(ann.id))).toEqual({ userId: ann.id });
    expect(await seenOnline(partner, ann.id)).toBe(true);
    const leftAt = Date.now();
    annSocket.disconnect();
    for (const socket of sockets)
      expect(await socket.waitFor('user-offline', aboutUser(ann.id))).toEqual({ userId: ann.id });
    expect(Date.now() - leftAt).toBeLessThan(10_000);
    expect(await seenOnline(partner, ann.id)).toBe(false);
    await afterEverything([stranger], [strange]);
    expect(strange.heard('user-online')).toEqual([]);
    expect(strange.heard('user-offline')).toEqual([]);
  });

  it('come once for several devices: with the first socket and after the last', async () => {
    const [ann, ben] = await people();
    await world.privateChat(ann, ben);
    const watcher = await world.socket(ben);
    const first = await world.socket(ann);
    const second = await world.socket(await world.deviceOf(ann));
    await watcher.waitFor('user-online', aboutUser(ann.id));
    first.disconnect();
    await afterEverything([ann, ben], [watcher]);
    expect(heardOf(watcher, 'user-offline', ann.id)).toEqual([]);
    second.disconnect();
    await watcher.waitFor('user-offline', aboutUser(ann.id));
    expect(heardOf(watcher, 'user-online', ann.id)).toHaveLength(1);
    expect(heardOf(watcher, 'user-offline', ann.id)).toHaveLength(1);
  });

  it('end with a block and come back without it', async () => {
    const [ann, ben] = await people();
    await world.privateChat(ann, ben);
    const watcher = await world.socket(ben);
    await world.socket(ann);
    await watcher.waitFor('user-online', aboutUser(ann.id));
    const { body } = await ann.api('POST', '/api/contacts/block', { userId: ben.id });
    await watcher.waitFor('user-offline', aboutUser(ann.id));
    await ann.api('PATCH', `/api/contacts/unblock/${body.contact.id}`);
    await watcher.waitFor('user-online', () => heardOf(watcher, 'user-online', ann.id).length === 2);
  });

  it('follow set_presence, and so does the profile', async () => {
    const [ann, ben] = await people();
    await world.privateChat(ann, ben);
    const watcher = await world.socket(ben);
    const socket = await world.socket(ann);
    await watcher.waitFor('user-online', aboutUser(ann.id));
    await socket.ask('set_presence', { state: 'away' });
    await watcher.waitFor('user-offline', aboutUser(ann.id));
    expect(await seenOnline(ben, ann.id)).toBe(false);
    await socket.ask('set_presence', { state: 'online' });
    await watcher.waitFor('user-online', () => heardOf(watcher, 'user-online', ann.id).length === 2);
    expect(await seenOnline(ben, ann.id)).toBe(true);
  });

  it('do not tell a short loss of the network', async () => {
    const [ann, ben] = await people();
    await world.privateChat(ann, ben);
    const watcher = await world.socket(ben);
    (await world.socket(ann)).disconnect();
    await world.socket(ann);
    await expect(watcher.waitFor('user-offline', aboutUser(ann.id), 4500)).rejects.toThrow('no user-offline');
    expect(heardOf(watcher, 'user-online', ann.id)).toHaveLength(1);
  });

  it('are not sent between people of whom one blocked the other, either way', async () => {
    const [ann, blocker, blocked] = await people();
    for (const other of [blocker, blocked]) await world.privateChat(ann, other);
    await blocker.api('POST', '/api/contacts/block', { userId: ann.id });
    await ann.api('POST', '/api/contacts/block', { userId: blocked.id });
    const sockets = [await world.socket(blocker), await world.socket(blocked)];
    const annSocket = await world.socket(ann);
    await afterEverything([blocker, blocked], sockets);
    for (const socket of sockets) expect(heardOf(socket, 'user-online', ann.id)).toEqual([]);
    expect(heardOf(annSocket, 'user-online', blocker.id)).toEqual([]);
    expect(await seenOnline(blocker, ann.id)).toBe(false);
    expect(await seenOnline(blocked, ann.id)).toBe(false);
  });

  it('follow the privacy word of who comes and goes: everyone, contacts, nobody', async () => {
    const [ann, contact, partner] = await people();
    await ann.api('POST', '/api/users/add-contact', { userId: contact.id });
    await world.privateChat(ann, partner);
    const [contactSocket, partnerSocket] = [await world.socket(contact), await world.socket(partner)];
    await ann.api('PUT', '/api/users/profile', { privacy: { online: 'contacts' } });
    await world.socket(ann);
    await contactSocket.waitFor('user-online', aboutUser(ann.id));
    await afterEverything([contact, partner], [partnerSocket]);
    expect(heardOf(partnerSocket, 'user-online', ann.id)).toEqual([]);
    const [shy, friend] = await people();
    await shy.api('POST', '/api/users/add-contact', { userId: friend.id });
    await shy.api('PUT', '/api/users/profile', { privacy: { online: 'nobody' } });
    const friendSocket = await world.socket(friend);
    await world.socket(shy);
    await afterEverything([friend], [friendSocket]);
    expect(heardOf(friendSocket, 'user-online', shy.id)).toEqual([]);
    expect(await seenOnline(friend, shy.id)).toBe(false);
  });
});

describe('set_presence', () => {
  it('shows somebody as offline while away, though they hear everything, and online again after', async () => {
    const [ann, ben] = await people();
    const chatId = await world.privateChat(ann, ben);
    const [annSocket, watcher] = [await world.socket(ann), await world.socket(ben)];
    expect(await annSocket.ask('set_presence', { state: 'away' })).toEqual({ ok: true });
    await watcher.waitFor('user-offline', aboutUser(ann.id));
    const { id } = await say(ben, chatId, 'Still there?');
    await annSocket.waitFor('new_message', (p) => p.message.id === id);
    await annSocket.ask('set_presence', { state: 'online' });
    await watcher.waitFor('user-online', aboutUser(ann.id));
  });
});

function people(): Promise<[Person, Person, Person, Person]> {
  return Promise.all([world.person('A'), world.person('B'), world.person('C'), world.person('D')]);
}
