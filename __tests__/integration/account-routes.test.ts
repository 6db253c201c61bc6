import { startTestApp, type TestApp } from '../support/app';
import { connect, type Person, signUp } from '../support/client';

let app: TestApp;

beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.stop());

async function chatWith(person: Person, other: Person): Promise<string> {
  const { body } = await person.api('POST', '/api/chats/private', { userId: other.id });
  return body.chat.id;
}

function say(person: Person, chatId: string, text: string) {
  return person.api('POST', '/api/messages', { chatId, content: { type: 'text', text } });
}

describe('DELETE /api/users/profile', () => {
  it('ends the account, its sessions and sockets, and leaves the others their history', async () => {
    const [leaver, friend, third] = [await signUp(app), await signUp(app), await signUp(app)];
    const privateChat = await chatWith(leaver, friend);
    await say(leaver, privateChat, 'remember me');
    const group = await leaver.api('POST', '/api/chats/group', {
      name: 'Club',
      memberIds: [friend.id, third.id],
    });
    const groupId: string = group.body.chat.id;
    await say(leaver, groupId, 'hello club');
    await friend.api('POST', '/api/users/add-contact', { userId: leaver.id });
    const socket = await connect(app, leaver);
    const cut = new Promise((resolve) => socket.once('disconnect', resolve));

    const { status, body } = await leaver.api('DELETE', '/api/users/profile');
    expect([status, body]).toEqual([200, { ok: true }]);
    await cut;
    expect((await leaver.api('GET', '/api/users/profile')).status).toBe(401);
    expect((await friend.api('GET', `/api/users/${leaver.id}`)).status).toBe(404);
    expect((await friend.api('GET', '/api/contacts')).body.contacts).toEqual([]);

    const history = await friend.api('GET', `/api/chats/${privateChat}/messages`);
    expect(history.body.messages).toMatchObject([{ senderId: leaver.id, content: { text: 'remember me' } }]);
    expect((await friend.api('GET', `/api/chats/${privateChat}`)).body.chat.name).toBe('Deleted account');
    const { chat } = (await friend.api('GET', `/api/chats/${groupId}`)).body;
    const roles = chat.members.map((member: { role: string }) => member.role).sort();
    expect([chat.memberCount, roles]).toEqual([2, ['member', 'owner']]);
  });

  it('frees the phone at once, for an account that knows nothing of the old one', async () => {
    const [leaver, friend] = [await signUp(app), await signUp(app)];
    await chatWith(leaver, friend);
    await leaver.api('DELETE', '/api/users/profile');
    const again = await signUp(app, { phoneNumber: leaver.phoneNumber, name: 'Reborn' });
    expect(again.id).not.toBe(leaver.id);
    expect((await again.api('GET', '/api/chats')).body.chats).toEqual([]);
    const found = await friend.api('GET', `/api/users/search?q=${encodeURIComponent(leaver.phoneNumber)}`);
    expect(found.body.users).toMatchObject([{ id: again.id, name: 'Reborn' }]);
  });
});
