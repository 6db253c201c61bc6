import { startTestApp, type TestApp } from '../support/app';
import { connect, type Person, signUp } from '../support/client';

let app: TestApp;
let anna: Person;
let ben: Person;

beforeAll(async () => {
  app = await startTestApp();
  anna = await signUp(app, { name: 'Anna' });
  ben = await signUp(app, { name: 'Ben' });
});
afterAll(() => app.stop());

describe('the members of a chat hear over their sockets', () => {
  it('that it was made, each in their own view', async () => {
    const [annas, bens] = [await connect(app, anna), await connect(app, ben)];
    const { body } = await anna.api('POST', '/api/chats/private', { userId: ben.id });
    const isIt = ({ chat }: { chat: { id: string } }) => chat.id === body.chat.id;
    expect((await annas.waitFor('chat_created', isIt)).chat).toEqual(body.chat);
    expect((await bens.waitFor('chat_created', isIt)).chat.name).toBe('Anna');
    annas.close();
    bens.close();
  });

  it('of joining, changes, settings and the end of their membership', async () => {
    const made = await anna.api('POST', '/api/chats/group', { name: 'Team', memberIds: [] });
    const id = made.body.chat.id;
    const [annas, bens] = [await connect(app, anna), await connect(app, ben)];
    const updated = (name: string) => (event: { chat: { id: string; name: string } }) =>
      event.chat.id === id && event.chat.name === name;
    await anna.api('POST', `/api/chats/${id}/members`, { userIds: [ben.id] });
    const created = await bens.waitFor('chat_created', updated('Team'));
    expect(created.chat).toMatchObject({
      unreadCount: 0,
      lastMessage: { content: { event: 'members_added' } },
    });
    await anna.api('PUT', `/api/chats/${id}`, { name: 'Crew' });
    expect((await bens.waitFor('chat_updated', updated('Crew'))).chat).toMatchObject({ seq: 2, rev: 2 });
    await bens.waitFor('new_message', ({ message }) => message.content.event === 'group_updated');
    await ben.api('PUT', `/api/chats/${id}/settings`, { pinned: true });
    await bens.waitFor('chat_updated', ({ chat }) => chat.id === id && chat.settings.pinned);
    await anna.api('DELETE', `/api/chats/${id}/members/${ben.id}`);
    expect(await bens.waitFor('chat_removed')).toEqual({ chatId: id });
    await bens.waitFor('new_message', ({ message }) => message.content.event === 'member_removed');
    await annas.waitFor('chat_updated', ({ chat }) => chat.id === id && chat.memberCount === 1);
    expect(annas.heard('chat_updated').some(({ chat }) => chat.settings.pinned)).toBe(false);
    annas.close();
    bens.close();
  });
});
