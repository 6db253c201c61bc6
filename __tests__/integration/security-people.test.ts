import type { Person } from '../support/client';
import { startWorld, textTo, type World } from '../support/native-world';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

const people = () => Promise.all([world.person('Ann'), world.person('Ben'), world.person('Cas')]);
const block = (who: Person, whom: Person) => who.api('POST', '/api/contacts/block', { userId: whom.id });

describe('a phone number', () => {
  it('does not lead a stranger to somebody who does not want to be found', async () => {
    const [ann, stranger, friend] = await people();
    await ann.api('PUT', '/api/users/profile', { privacy: { discoverable: false } });
    await ann.api('POST', '/api/users/add-contact', { userId: friend.id });
    const add = (who: Person, phoneNumber: string) =>
      who.api('POST', '/api/users/add-contact', { phoneNumber });
    const hidden = await add(stranger, ann.phoneNumber);
    const unknown = await add(stranger, '+919999999999');
    expect([hidden.status, hidden.body.detail]).toEqual([404, unknown.body.detail]);
    expect((await add(friend, ann.phoneNumber)).status).toBe(201);
    expect((await stranger.api('POST', '/api/users/add-contact', { userId: ann.id })).status).toBe(201);
  });
});

describe('typing in a group', () => {
  it('is heard by everybody but those with whom there is a block, either way', async () => {
    const [ann, blocker, blocked] = await people();
    const other = await world.person('Dan');
    const chatId = await world.group(ann, [blocker, blocked, other]);
    await block(blocker, ann);
    await block(ann, blocked);
    const annSocket = await world.socket(ann);
    const sockets = [await world.socket(blocker), await world.socket(blocked)];
    const otherSocket = await world.socket(other);
    for (let i = 0; i < 3; i += 1) {
      await annSocket.ask('typing_start', { chatId });
      await annSocket.ask('typing_stop', { chatId });
    }
    const heard = () => otherSocket.heard('user_typing').map(({ isTyping }) => isTyping);
    await otherSocket.waitFor('user_typing', () => heard().length === 6);
    expect(heard()).toEqual([true, false, true, false, true, false]);
    await annSocket.ask('send_message', textTo(chatId, 'the group goes on'));
    for (const socket of sockets) {
      await socket.waitFor('new_message');
      expect(socket.heard('user_typing')).toEqual([]);
    }
  });
});

describe('the link of a group', () => {
  const linkOf = async (owner: Person, chatId: string) =>
    `/api/chats/join/${(await owner.api('POST', `/api/chats/${chatId}/invite`)).body.invite.token}`;

  it('does not bring back who was removed, until somebody adds them again', async () => {
    const [ann, ben] = await people();
    const chatId = await world.group(ann, []);
    const link = await linkOf(ann, chatId);
    await ben.api('POST', link);
    await ann.api('DELETE', `/api/chats/${chatId}/members/${ben.id}`);
    expect((await ben.api('POST', link)).body.code).toBe('forbidden');
    expect((await ben.api('POST', await linkOf(ann, chatId))).body.code).toBe('forbidden');
    expect((await ben.api('GET', `/api/chats/${chatId}`)).body.code).toBe('not_found');
    await ann.api('POST', `/api/chats/${chatId}/members`, { userIds: [ben.id] });
    expect((await ben.api('GET', `/api/chats/${chatId}`)).status).toBe(200);
  });

  it('brings back who left', async () => {
    const [ann, ben] = await people();
    const chatId = await world.group(ann, []);
    const link = await linkOf(ann, chatId);
    await ben.api('POST', link);
    await ben.api('DELETE', `/api/chats/${chatId}/members/${ben.id}`);
    expect((await ben.api('POST', link)).status).toBe(201);
  });

  it('lets nobody in whom the owner blocked, or who blocked the owner', async () => {
    const [ann, blocked, blocker] = await people();
    const chatId = await world.group(ann, []);
    const link = await linkOf(ann, chatId);
    await block(ann, blocked);
    await block(blocker, ann);
    for (const who of [blocked, blocker]) expect((await who.api('POST', link)).body.code).toBe('forbidden');
    await ann.api('PATCH', `/api/contacts/unblock/${blocked.id}`);
    expect((await blocked.api('POST', link)).status).toBe(201);
    await block(ann, blocked);
    expect((await blocked.api('POST', link)).status).toBe(200);
  });
});
