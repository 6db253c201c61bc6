import { MembershipModel } from '../../src/models/membership.model';
import { MessageModel } from '../../src/models/message.model';
import { UserChangeModel } from '../../src/models/user-change.model';
import { chatNode, codeOf, people, toldIn } from '../support/chat-fixtures';
import { storeUser, useDatabase } from '../support/user-fixtures';

const node = chatNode();
afterAll(() => node.stop());
// Registered last, so that the node stops before its database goes.
useDatabase('chat_list');

describe('the list of chats', () => {
  it('has the latest activity first, also the own message of just now, and chats without messages', async () => {
    const [anna, ben, carl] = await people('Anna', 'Ben', 'Carl');
    const withBen = (await node.chats.openPrivate(anna, ben.userId)).chat.id;
    const withCarl = (await node.chats.openPrivate(anna, carl.userId)).chat.id;
    const group = await node.groups.create(anna, { name: 'Trip', memberIds: [ben.userId] });
    expect((await node.chats.list(anna, { limit: 10 })).chats.map(({ id }) => id)).toEqual([
      group,
      withCarl,
      withBen,
    ]);
    const message = await node.say(withBen, anna.userId, 'hello');
    const { chats, nextCursor } = await node.chats.list(anna, { limit: 10 });
    expect(chats.map(({ name }) => name)).toEqual(['Ben', 'Trip', 'Carl']);
    expect(chats[0]).toMatchObject({
      seq: 1,
      rev: 1,
      unreadCount: 0,
      updatedAt: message.createdAt.toISOString(),
      lastMessage: { id: String(message._id), content: { type: 'text', text: 'hello' }, status: 'sent' },
    });
    expect(nextCursor).toBeNull();
    const [bens] = (await node.chats.list(ben, { limit: 10 })).chats;
    expect(bens).toMatchObject({ name: 'Anna', unreadCount: 1, lastMessage: { id: String(message._id) } });
  });

  it('comes page by page, each chat once, also where the activity was in the same millisecond', async () => {
    const [anna] = await people('Anna');
    for (let i = 0; i < 7; i += 1) await node.groups.create(anna, { name: `Group ${i}`, memberIds: [] });
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await node.chats.list(anna, { limit: 3, cursor });
      seen.push(...page.chats.map(({ id }) => id));
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    expect(seen).toHaveLength(7);
    expect(new Set(seen).size).toBe(7);
    expect(await codeOf(node.chats.list(anna, { limit: 3, cursor: 'nonsense' }))).toBe('validation_failed');
    const cast = Buffer.from('[1e300,"x"]').toString('base64url');
    expect(await codeOf(node.chats.list(anna, { limit: 3, cursor: cast }))).toBe('validation_failed');
  });

  it('counts as unread what others wrote after the own watermark, system messages aside', async () => {
    const [anna, ben, carl] = await people('Anna', 'Ben', 'Carl');
    const id = await node.groups.create(anna, { name: 'Trip', memberIds: [ben.userId] });
    for (const text of ['one', 'two', 'three']) await node.say(id, anna.userId, text);
    await node.groups.update(anna, id, { name: 'Journey' });
    const unread = async (who: { userId: string }) => (await node.chats.get(who, id)).unreadCount;
    expect(await unread(ben)).toBe(3);
    expect(await unread(anna)).toBe(0);
    await node.groups.addMembers(anna, id, [carl.userId]);
    expect(await unread(carl)).toBe(0);
    await node.say(id, ben.userId, 'four');
    expect([await unread(anna), await unread(ben), await unread(carl)]).toEqual([1, 0, 1]);
    const actor = { ...anna, sessionId: '', deviceId: '', dialect: 'native' };
    await node.receipts.markChat(actor, 'read', id);
    expect(await unread(anna)).toBe(0);
  });

  it('shows the latest message that the viewer can see', async () => {
    const [anna, ben, carl] = await people('Anna', 'Ben', 'Carl');
    const id = await node.groups.create(anna, { name: 'Trip', memberIds: [ben.userId] });
    const first = await node.say(id, anna.userId, 'first');
    for (const text of ['second', 'third']) {
      const { _id } = await node.say(id, anna.userId, text);
      await MessageModel.updateOne({ _id }, { $push: { deletedFor: ben.userId } });
    }
    const last = async (who: { userId: string }) => (await node.chats.get(who, id)).lastMessage;
    expect(await last(ben)).toMatchObject({ id: String(first._id) });
    expect(await last(anna)).toMatchObject({ content: { text: 'third' } });
    await MessageModel.updateOne({ _id: first._id }, { $push: { deletedFor: ben.userId } });
    expect(await last(ben)).toBeNull();
    await node.groups.addMembers(anna, id, [carl.userId]);
    expect(await last(carl)).toMatchObject({ content: { type: 'system', event: 'members_added' } });
    const views = await node.chatViews.forViewers(id, [anna.userId, ben.userId, carl.userId]);
    expect([...views.values()].map(({ lastMessage }) => lastMessage?.content?.type)).toEqual([
      'system',
      'system',
      'system',
    ]);
  });

  it('shows the first 20 members of a large group, and all of them in the chat itself', async () => {
    const [anna] = await people('Anna');
    const memberIds: string[] = [];
    for (let i = 0; i < 29; i += 1) memberIds.push((await storeUser()).id);
    const id = await node.groups.create(anna, { name: 'Many', memberIds });
    const [listed] = (await node.chats.list(anna, { limit: 10 })).chats;
    expect(listed).toMatchObject({ memberCount: 30, members: expect.any(Array) });
    expect(listed?.members).toHaveLength(20);
    expect(listed?.members[0]).toMatchObject({ userId: anna.userId, role: 'owner' });
    expect((await node.chats.get(anna, id)).members).toHaveLength(30);
    const views = await node.chatViews.forViewers(id, [anna.userId, ...memberIds]);
    expect(views.size).toBe(30);
    expect(views.get(memberIds[0] ?? '')?.members).toHaveLength(20);
  });

  it('presents one chat to many as each of them sees it', async () => {
    const [anna, ben, carl] = await people('Anna', 'Ben', 'Carl');
    const { id } = (await node.chats.openPrivate(anna, ben.userId)).chat;
    await node.say(id, anna.userId, 'hello');
    const views = await node.chatViews.forViewers(id, [anna.userId, ben.userId, carl.userId]);
    expect([...views.keys()].sort()).toEqual([anna.userId, ben.userId].sort());
    expect(views.get(anna.userId)).toEqual(await node.chats.get(anna, id));
    expect(views.get(ben.userId)).toEqual(await node.chats.get(ben, id));
    expect(await node.chatViews.forViewer(carl.userId, [id])).toEqual([]);
  });
});

describe('the settings of a chat', () => {
  it("are the member's own, kept in the member's feed, and told to nobody else", async () => {
    const [anna, ben] = await people('Anna', 'Ben');
    const { id } = (await node.chats.openPrivate(anna, ben.userId)).chat;
    node.heard.length = 0;
    const mutedUntil = new Date('2030-01-01T00:00:00.000Z');
    await node.settings.update(anna, id, { mutedUntil, pinned: true });
    await node.settings.update(anna, id, { archived: true });
    const settings = { mutedUntil: mutedUntil.toISOString(), pinned: true, archived: true };
    expect((await node.chats.get(anna, id)).settings).toEqual(settings);
    expect((await node.chats.get(ben, id)).settings).toEqual({
      mutedUntil: null,
      pinned: false,
      archived: false,
    });
    const changed = ['chat.settings-changed', { chatId: id, userId: anna.userId }];
    expect(node.told()).toEqual([changed, changed]);
    const feed = await UserChangeModel.find({ userId: anna.userId }).lean();
    expect(feed).toMatchObject([{ key: `chat-settings:${id}`, value: settings, rev: 2 }]);
    expect((await node.chats.get(anna, id)).rev).toBe(0);
    await node.settings.update(anna, id, { mutedUntil: null });
    expect((await node.chats.get(anna, id)).settings.mutedUntil).toBeNull();
  });

  it('let either side of a private chat make messages disappear, and tell it once', async () => {
    const [anna, ben, carl] = await people('Anna', 'Ben', 'Carl');
    const { id } = (await node.chats.openPrivate(anna, ben.userId)).chat;
    node.heard.length = 0;
    await node.settings.update(ben, id, { disappearingSeconds: 60 });
    await node.settings.update(anna, id, { disappearingSeconds: 60 });
    expect(await toldIn(id)).toEqual([
      { by: ben.userId, event: 'disappearing_changed', disappearingSeconds: 60 },
    ]);
    expect((await node.chats.get(anna, id)).disappearingSeconds).toBe(60);
    expect(node.told().filter(([name]) => name === 'chat.updated')).toHaveLength(1);
    expect(await codeOf(node.settings.update(carl, id, { pinned: true }))).toBe('not_found');
    await node.contacts.block(ben.userId, anna.userId);
    expect(await codeOf(node.settings.update(anna, id, { disappearingSeconds: 0 }))).toBe('forbidden');
  });

  it('leave the time of a group to its admins, and do nothing by halves', async () => {
    const [anna, ben] = await people('Anna', 'Ben');
    const id = await node.groups.create(anna, { name: 'Trip', memberIds: [ben.userId] });
    const refused = node.settings.update(ben, id, { pinned: true, disappearingSeconds: 5 });
    expect(await codeOf(refused)).toBe('forbidden');
    expect(await MembershipModel.findOne({ chatId: id, userId: ben.userId }).lean()).toMatchObject({
      pinned: false,
    });
    await node.settings.update(anna, id, { disappearingSeconds: 5 });
    expect((await node.chats.get(ben, id)).disappearingSeconds).toBe(5);
  });
});
