import { AppError } from '../../src/errors/app-error';
import { ChatModel } from '../../src/models/chat.model';
import { MembershipModel } from '../../src/models/membership.model';
import { UserModel } from '../../src/models/user.model';
import { chatNode, codeOf, people, rolesIn, toldIn, UNKNOWN_ID } from '../support/chat-fixtures';
import { useDatabase } from '../support/user-fixtures';

const node = chatNode();
const otherNode = chatNode();
afterAll(() => Promise.all([node.stop(), otherNode.stop()]));
// Registered last, so that the node stops before its database goes.
useDatabase('groups');

async function team() {
  const [olga, adam, mia, nora] = await people('Olga', 'Adam', 'Mia', 'Nora');
  const id = await node.groups.create(olga, { name: 'Team', memberIds: [adam.userId, mia.userId] });
  await MembershipModel.updateOne({ chatId: id, userId: adam.userId }, { role: 'admin' });
  node.heard.length = 0;
  return { id, olga, adam, mia, nora };
}

async function errorOf(work: Promise<unknown>): Promise<AppError> {
  const error = await work.catch((e) => e);
  if (error instanceof AppError) return error;
  throw new Error(`expected a refusal, got ${error}`);
}

describe('making a group', () => {
  it('makes the creator owner, writes no message and announces it to all', async () => {
    const [olga, adam] = await people('Olga', 'Adam');
    node.heard.length = 0;
    const avatarUrl = 'https://pictures.example.org/team.png';
    const memberIds = [adam.userId, olga.userId];
    const id = await node.groups.create(olga, { name: 'Team', memberIds, description: 'Us', avatarUrl });
    expect(await rolesIn(id)).toEqual({ [olga.userId]: 'owner', [adam.userId]: 'member' });
    expect(await node.chats.get(adam, id)).toMatchObject({
      type: 'group',
      name: 'Team',
      description: 'Us',
      avatarUrl,
      memberCount: 2,
      seq: 0,
      rev: 0,
    });
    expect(node.told()).toEqual([
      ['chat.created', { chatId: id, memberIds: [olga.userId, adam.userId], actorId: olga.userId }],
    ]);
  });

  it('names the users that do not exist, and makes nothing', async () => {
    const [olga, adam, gone] = await people('Olga', 'Adam', 'Gone');
    await UserModel.updateOne({ _id: gone.userId }, { deletedAt: new Date() });
    const memberIds = [adam.userId, UNKNOWN_ID, gone.userId];
    const error = await errorOf(node.groups.create(olga, { name: 'Team', memberIds }));
    expect(error.code).toBe('validation_failed');
    expect(error.errors?.map(({ message }) => message)).toEqual([
      `there is no user ${UNKNOWN_ID}`,
      `there is no user ${gone.userId}`,
    ]);
    expect(await MembershipModel.countDocuments({ userId: adam.userId, leftAt: null })).toBe(0);
  });

  it('takes only people who let themselves be added', async () => {
    const [olga, open, closed, friendly, blocker] = await people(
      'Olga',
      'Open',
      'Closed',
      'Friendly',
      'Blocker',
    );
    await UserModel.updateOne({ _id: closed.userId }, { 'privacy.groups': 'nobody' });
    await UserModel.updateOne({ _id: friendly.userId }, { 'privacy.groups': 'contacts' });
    await node.contacts.block(blocker.userId, olga.userId);
    const memberIds = [open, closed, friendly, blocker].map(({ userId }) => userId);
    const error = await errorOf(node.groups.create(olga, { name: 'Team', memberIds }));
    expect(error.code).toBe('forbidden');
    expect(error.errors?.map(({ message }) => message.split(' ')[0])).toEqual([
      closed.userId,
      friendly.userId,
      blocker.userId,
    ]);
    await node.contacts.addContact(friendly.userId, { userId: olga.userId });
    const allowed = [open.userId, friendly.userId];
    expect(await codeOf(node.groups.create(olga, { name: 'Team', memberIds: allowed }))).toBe('allowed');
  });
});

describe('changing a group', () => {
  it('tells the changed fields once, and nothing where nothing changed', async () => {
    const { id, olga, adam } = await team();
    await node.groups.update(adam, id, { name: 'Crew', description: '' });
    await node.groups.update(olga, id, { name: 'Crew' });
    expect(await toldIn(id)).toEqual([{ by: adam.userId, event: 'group_updated', name: 'Crew' }]);
    expect(node.told().filter(([name]) => name === 'chat.updated')).toEqual([
      ['chat.updated', { chatId: id, joinedIds: [] }],
    ]);
    expect(await node.chats.get(olga, id)).toMatchObject({ name: 'Crew', seq: 1, rev: 1 });
  });

  it('is for admins: a member is forbidden, a stranger finds nothing', async () => {
    const { id, mia, nora, adam } = await team();
    for (const [actor, code] of [
      [mia, 'forbidden'],
      [nora, 'not_found'],
    ] as const) {
      expect(await codeOf(node.groups.update(actor, id, { name: 'Mine' }))).toBe(code);
      expect(await codeOf(node.groups.addMembers(actor, id, [nora.userId]))).toBe(code);
      expect(await codeOf(node.groups.removeMember(actor, id, adam.userId))).toBe(code);
      expect(await codeOf(node.groups.setRole(actor, id, adam.userId, 'member'))).toBe(code);
      expect(await codeOf(node.invites.create(actor, id))).toBe(code);
      expect(await codeOf(node.invites.revoke(actor, id))).toBe(code);
    }
    expect(await codeOf(node.groups.setRole(adam, id, mia.userId, 'admin'))).toBe('forbidden');
    expect(await toldIn(id)).toEqual([]);
  });
});

describe('adding people', () => {
  it('lets them see the chat from their joining on', async () => {
    const { id, olga, adam, nora } = await team();
    await node.say(id, olga.userId, 'before');
    expect(await node.groups.addMembers(adam, id, [nora.userId])).toEqual([nora.userId]);
    expect(await toldIn(id)).toEqual([{ by: adam.userId, event: 'members_added', userIds: [nora.userId] }]);
    expect(await MembershipModel.findOne({ chatId: id, userId: nora.userId }).lean()).toMatchObject({
      joinedSeq: 1,
      deliveredSeq: 1,
      readSeq: 1,
      shownReadSeq: 1,
      readCount: 1,
      role: 'member',
    });
    expect(node.told()).toContainEqual(['chat.updated', { chatId: id, joinedIds: [nora.userId] }]);
    expect(await rolesIn(id)).toMatchObject({ [nora.userId]: 'member' });
  });

  it('adds a person once however many admins do it at once on two nodes', async () => {
    const { id, olga, adam, nora, mia } = await team();
    const results = await Promise.all(
      Array.from({ length: 8 }, (_, i) =>
        (i % 2 ? node : otherNode).groups.addMembers(i % 4 < 2 ? olga : adam, id, [nora.userId, mia.userId]),
      ),
    );
    expect(results.flat()).toEqual([nora.userId]);
    expect(await toldIn(id)).toMatchObject([{ event: 'members_added', userIds: [nora.userId] }]);
    expect(Object.keys(await rolesIn(id))).toHaveLength(4);
  });

  it('asks again who lets themselves be added, but not those who are members already', async () => {
    const { id, olga, mia, nora } = await team();
    await UserModel.updateMany({ _id: mia.userId }, { 'privacy.groups': 'nobody' });
    await UserModel.updateMany({ _id: nora.userId }, { 'privacy.groups': 'nobody' });
    expect(await node.groups.addMembers(olga, id, [mia.userId])).toEqual([]);
    expect(await codeOf(node.groups.addMembers(olga, id, [nora.userId]))).toBe('forbidden');
    expect(await codeOf(node.groups.addMembers(olga, id, [UNKNOWN_ID]))).toBe('validation_failed');
  });

  it('stops at 1,024 members', async () => {
    const { id, olga, nora } = await team();
    await ChatModel.updateOne({ _id: id }, { memberCount: 1024 });
    expect(await codeOf(node.groups.addMembers(olga, id, [nora.userId]))).toBe('conflict');
    expect(await MembershipModel.exists({ chatId: id, userId: nora.userId })).toBeNull();
  });

  it('gives who returns a new beginning', async () => {
    const { id, olga, mia } = await team();
    await node.settings.update(mia, id, { pinned: true });
    await node.groups.removeMember(mia, id, mia.userId);
    await node.say(id, olga.userId, 'while away');
    await node.groups.addMembers(olga, id, [mia.userId]);
    const chat = await node.chats.get(mia, id);
    expect(chat).toMatchObject({ unreadCount: 0, settings: { pinned: false }, memberCount: 3 });
    expect(await MembershipModel.find({ chatId: id, userId: mia.userId }).lean()).toMatchObject([
      { joinedSeq: 2, leftAt: null },
    ]);
  });
});

describe('removing and leaving', () => {
  it('tells it first and then ends the membership', async () => {
    const { id, adam, mia, olga } = await team();
    await node.groups.removeMember(adam, id, mia.userId);
    expect(await toldIn(id)).toEqual([{ by: adam.userId, event: 'member_removed', userIds: [mia.userId] }]);
    expect(node.told().map(([name]) => name)).toEqual(['messages.created', 'chat.removed', 'chat.updated']);
    expect(node.told()[1]).toEqual(['chat.removed', { chatId: id, userIds: [mia.userId] }]);
    expect(await codeOf(node.chats.get(mia, id))).toBe('not_found');
    expect((await node.chats.list(mia, { limit: 100 })).chats.map((chat) => chat.id)).not.toContain(id);
    expect(await rolesIn(id)).toEqual({ [olga.userId]: 'owner', [adam.userId]: 'admin' });
  });

  it('happens once however often it is asked for at once', async () => {
    const { id, adam, mia } = await team();
    const codes = await Promise.all(
      Array.from({ length: 5 }, () => codeOf(node.groups.removeMember(adam, id, mia.userId))),
    );
    expect(codes.sort()).toEqual(['allowed', 'not_found', 'not_found', 'not_found', 'not_found']);
    expect(await toldIn(id)).toHaveLength(1);
    expect(Object.keys(await rolesIn(id))).toHaveLength(2);
  });

  it('never removes the owner, nor who is no member', async () => {
    const { id, adam, olga, nora } = await team();
    expect(await codeOf(node.groups.removeMember(adam, id, olga.userId))).toBe('forbidden');
    expect(await codeOf(node.groups.removeMember(adam, id, nora.userId))).toBe('not_found');
  });

  it('passes ownership to the oldest admin, then to the oldest member, and ends with an empty group', async () => {
    const { id, olga, adam, mia } = await team();
    await node.groups.removeMember(olga, id, olga.userId);
    expect(await rolesIn(id)).toEqual({ [adam.userId]: 'owner', [mia.userId]: 'member' });
    const invite = await node.invites.create(adam, id);
    await node.groups.removeMember(adam, id, adam.userId);
    expect(await rolesIn(id)).toEqual({ [mia.userId]: 'owner' });
    await node.groups.removeMember(mia, id, mia.userId);
    expect(await rolesIn(id)).toEqual({});
    expect(await codeOf(node.invites.join(olga, invite.token))).toBe('not_found');
    expect((await toldIn(id)).map(({ event, userIds }) => [event, userIds])).toEqual([
      ['member_left', [olga.userId]],
      ['role_changed', [adam.userId]],
      ['member_left', [adam.userId]],
      ['role_changed', [mia.userId]],
      ['member_left', [mia.userId]],
    ]);
  });

  it('keeps the count and the owner right when all leave at once on two nodes', async () => {
    const { id, olga, adam, mia } = await team();
    await Promise.all(
      [olga, adam, mia].map((who, i) => (i % 2 ? node : otherNode).groups.removeMember(who, id, who.userId)),
    );
    expect(await rolesIn(id)).toEqual({});
  });

  it('takes an account that ends out of its groups and leaves private chats to the other side', async () => {
    const { id, olga, adam } = await team();
    const { chat } = await node.chats.openPrivate(olga, adam.userId);
    await node.groups.leaveAllChats(olga.userId);
    await node.groups.leaveAllChats(olga.userId);
    expect(await rolesIn(id)).toMatchObject({ [adam.userId]: 'owner' });
    expect((await toldIn(id)).map(({ event }) => event)).toEqual(['member_left', 'role_changed']);
    expect((await node.chats.get(adam, chat.id)).members).toHaveLength(2);
  });
});

describe('roles', () => {
  it('are given and taken by the owner, and told when they change', async () => {
    const { id, olga, mia } = await team();
    await node.groups.setRole(olga, id, mia.userId, 'admin');
    await node.groups.setRole(olga, id, mia.userId, 'admin');
    expect(await toldIn(id)).toEqual([
      { by: olga.userId, event: 'role_changed', userIds: [mia.userId], role: 'admin' },
    ]);
    expect((await rolesIn(id))[mia.userId]).toBe('admin');
    await node.groups.setRole(olga, id, mia.userId, 'member');
    expect((await rolesIn(id))[mia.userId]).toBe('member');
  });

  it('make the old owner an admin when the group is handed over', async () => {
    const { id, olga, mia, nora } = await team();
    expect(await codeOf(node.groups.setRole(olga, id, nora.userId, 'owner'))).toBe('not_found');
    expect((await rolesIn(id))[olga.userId]).toBe('owner');
    await node.groups.setRole(olga, id, mia.userId, 'owner');
    expect(await rolesIn(id)).toMatchObject({ [olga.userId]: 'admin', [mia.userId]: 'owner' });
    expect(await codeOf(node.groups.setRole(olga, id, olga.userId, 'owner'))).toBe('forbidden');
    expect(await codeOf(node.groups.setRole(mia, id, mia.userId, 'member'))).toBe('forbidden');
  });

  it('leave one owner when the group is handed to two people at once on two nodes', async () => {
    const { id, olga, adam, mia } = await team();
    await Promise.all([
      codeOf(node.groups.setRole(olga, id, adam.userId, 'owner')),
      codeOf(otherNode.groups.setRole(olga, id, mia.userId, 'owner')),
    ]);
    const roles = Object.values(await rolesIn(id));
    expect(roles.filter((role) => role === 'owner')).toHaveLength(1);
  });
});
