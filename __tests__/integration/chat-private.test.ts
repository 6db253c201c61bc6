import { ChatModel } from '../../src/models/chat.model';
import { MembershipModel } from '../../src/models/membership.model';
import { UserModel } from '../../src/models/user.model';
import { createRosterService } from '../../src/services/roster.service';
import { chatNode, codeOf, people, UNKNOWN_ID } from '../support/chat-fixtures';
import { useDatabase } from '../support/user-fixtures';

const node = chatNode();
const otherNode = chatNode();
afterAll(() => Promise.all([node.stop(), otherNode.stop()]));
// Registered last, so that the node stops before its database goes.
useDatabase('chat_private');

describe('a private chat', () => {
  it('is made once and found afterwards, from either side, and only the first time announced', async () => {
    const [anna, ben] = await people('Anna', 'Ben');
    const first = await node.chats.openPrivate(anna, ben.userId);
    expect(first.isNew).toBe(true);
    expect(first.chat).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{24}$/),
      type: 'private',
      name: 'Ben',
      avatarUrl: null,
      description: '',
      members: [
        { userId: anna.userId, role: 'member', joinedAt: first.chat.createdAt },
        { userId: ben.userId, role: 'member', joinedAt: first.chat.createdAt },
      ],
      memberCount: 2,
      lastMessage: null,
      unreadCount: 0,
      seq: 0,
      rev: 0,
      disappearingSeconds: 0,
      settings: { mutedUntil: null, pinned: false, archived: false },
      createdAt: expect.stringMatching(/Z$/),
      updatedAt: expect.stringMatching(/Z$/),
    });
    const second = await node.chats.openPrivate(ben, anna.userId);
    expect(second).toMatchObject({ isNew: false, chat: { id: first.chat.id, name: 'Anna' } });
    const created = node.told().filter(([name]) => name === 'chat.created');
    expect(created).toEqual([
      ['chat.created', { chatId: first.chat.id, memberIds: [anna.userId, ben.userId], actorId: anna.userId }],
    ]);
  });

  it('is one chat with two members when both sides create it at once on two nodes', async () => {
    const [anna, ben] = await people('Anna', 'Ben');
    const results = await Promise.all(
      Array.from({ length: 12 }, (_, i) =>
        i % 2 ? node.chats.openPrivate(anna, ben.userId) : otherNode.chats.openPrivate(ben, anna.userId),
      ),
    );
    expect(new Set(results.map(({ chat }) => chat.id)).size).toBe(1);
    expect(results.filter(({ isNew }) => isNew)).toHaveLength(1);
    expect(await MembershipModel.countDocuments({ chatId: results[0]?.chat.id })).toBe(2);
  });

  it('completes on the next try what a crash left without members', async () => {
    const [anna, ben] = await people('Anna', 'Ben');
    const pairKey = [anna.userId, ben.userId].sort().join(':');
    const half = await ChatModel.create({
      type: 'private',
      pairKey,
      memberCount: 2,
      lastActivityAt: new Date(),
    });
    const { chat, isNew } = await node.chats.openPrivate(anna, ben.userId);
    expect({ id: chat.id, isNew, members: chat.members.length }).toEqual({
      id: String(half._id),
      isNew: false,
      members: 2,
    });
    expect((await node.chats.list(ben, { limit: 10 })).chats.map(({ id }) => id)).toEqual([chat.id]);
  });

  it('delivers to both once it is completed, also where it was looked up half-made', async () => {
    const [anna, ben] = await people('Anna', 'Ben');
    const pairKey = [anna.userId, ben.userId].sort().join(':');
    const half = { type: 'private', pairKey, memberCount: 2, lastActivityAt: new Date() } as const;
    const chatId = String((await ChatModel.create(half))._id);
    await MembershipModel.create({ chatId, userId: anna.userId, role: 'member', joinedAt: new Date() });
    const [here, elsewhere] = [createRosterService(node.bus), createRosterService(otherNode.bus)];
    for (const rosters of [here, elsewhere])
      expect((await rosters.get(chatId))?.memberIds).toEqual([anna.userId]);
    await node.chats.openPrivate(anna, ben.userId);
    for (const rosters of [here, elsewhere])
      expect(await rosters.get(chatId)).toMatchObject({
        memberIds: expect.arrayContaining([anna.userId, ben.userId]),
        isBlocked: false,
      });
  });

  it('is refused with oneself, with nobody, with a deleted account and across a block', async () => {
    const [anna, ben, gone] = await people('Anna', 'Ben', 'Gone');
    await UserModel.updateOne({ _id: gone.userId }, { deletedAt: new Date() });
    expect(await codeOf(node.chats.openPrivate(anna, anna.userId))).toBe('validation_failed');
    expect(await codeOf(node.chats.openPrivate(anna, UNKNOWN_ID))).toBe('not_found');
    expect(await codeOf(node.chats.openPrivate(anna, gone.userId))).toBe('not_found');
    await node.contacts.block(ben.userId, anna.userId);
    expect(await codeOf(node.chats.openPrivate(anna, ben.userId))).toBe('forbidden');
    expect(await codeOf(node.chats.openPrivate(ben, anna.userId))).toBe('forbidden');
  });

  it('takes exactly one person by a list of members', async () => {
    const [anna, ben, carl] = await people('Anna', 'Ben', 'Carl');
    const opened = await node.chats.openPrivateWith(anna, [anna.userId, ben.userId]);
    expect(opened.chat.name).toBe('Ben');
    expect(await codeOf(node.chats.openPrivateWith(anna, [ben.userId, carl.userId]))).toBe(
      'validation_failed',
    );
    expect(await codeOf(node.chats.openPrivateWith(anna, []))).toBe('validation_failed');
  });

  it('shows the picture of the other as far as privacy and blocks allow', async () => {
    const [anna, ben] = await people('Anna', 'Ben');
    const avatarUrl = 'https://pictures.example.org/ben.png';
    await UserModel.updateOne({ _id: ben.userId }, { avatarUrl });
    const { chat } = await node.chats.openPrivate(anna, ben.userId);
    expect(chat.avatarUrl).toBe(avatarUrl);
    await node.contacts.block(ben.userId, anna.userId);
    expect((await node.chats.get(anna, chat.id)).avatarUrl).toBeNull();
  });

  it('refuses what is for groups only, and does not exist for others', async () => {
    const [anna, ben, carl] = await people('Anna', 'Ben', 'Carl');
    const { id } = (await node.chats.openPrivate(anna, ben.userId)).chat;
    for (const [actor, code] of [
      [anna, 'forbidden'],
      [carl, 'not_found'],
    ] as const) {
      expect(await codeOf(node.groups.update(actor, id, { name: 'Ours' }))).toBe(code);
      expect(await codeOf(node.groups.addMembers(actor, id, [carl.userId]))).toBe(code);
      expect(await codeOf(node.groups.removeMember(actor, id, ben.userId))).toBe(code);
      expect(await codeOf(node.groups.setRole(actor, id, ben.userId, 'admin'))).toBe(code);
      expect(await codeOf(node.invites.create(actor, id))).toBe(code);
      expect(await codeOf(node.invites.revoke(actor, id))).toBe(code);
    }
    expect(await codeOf(node.chats.get(carl, id))).toBe('not_found');
  });
});
