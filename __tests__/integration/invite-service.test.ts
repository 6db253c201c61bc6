import { MembershipModel } from '../../src/models/membership.model';
import { presentInvite } from '../../src/presenters/invite.presenter';
import { movableClock } from '../support/auth-harness';
import { chatNode, codeOf, people, rolesIn, toldIn } from '../support/chat-fixtures';
import { useDatabase } from '../support/user-fixtures';

const clock = movableClock();
const node = chatNode(clock);
afterAll(() => node.stop());
// Registered last, so that the node stops before its database goes.
useDatabase('invites');

async function invited() {
  const [olga, nora] = await people('Olga', 'Nora');
  const id = await node.groups.create(olga, { name: 'Team', memberIds: [] });
  const invite = await node.invites.create(olga, id);
  node.heard.length = 0;
  return { id, olga, nora, ...invite };
}

describe('an invitation', () => {
  it('lets who has the link join, once, from now on', async () => {
    const { id, olga, nora, token } = await invited();
    await node.say(id, olga.userId, 'before');
    expect(await node.invites.join(nora, token)).toEqual({ chatId: id, isNew: true });
    expect(await node.invites.join(nora, token)).toEqual({ chatId: id, isNew: false });
    expect(await toldIn(id)).toEqual([{ by: nora.userId, event: 'member_joined', userIds: [nora.userId] }]);
    expect(await rolesIn(id)).toEqual({ [olga.userId]: 'owner', [nora.userId]: 'member' });
    expect(node.told()).toContainEqual(['chat.updated', { chatId: id, joinedIds: [nora.userId] }]);
    expect(await MembershipModel.findOne({ chatId: id, userId: nora.userId }).lean()).toMatchObject({
      joinedSeq: 1,
    });
  });

  it('joins once when it is used twice at once', async () => {
    const { id, nora, token } = await invited();
    const results = await Promise.all([1, 2, 3].map(() => node.invites.join(nora, token)));
    expect(results.filter(({ isNew }) => isNew)).toHaveLength(1);
    expect(await toldIn(id)).toHaveLength(1);
  });

  it('ends when a new one is made, when it is revoked and when its time is over', async () => {
    const { id, olga, nora, token } = await invited();
    const second = await node.invites.create(olga, id);
    expect(await codeOf(node.invites.join(nora, token))).toBe('not_found');
    await node.invites.revoke(olga, id);
    await node.invites.revoke(olga, id);
    expect(await codeOf(node.invites.join(nora, second.token))).toBe('not_found');
    const third = await node.invites.create(olga, id);
    clock.advance(third.expiresAt.getTime() - clock.now().getTime());
    expect(await codeOf(node.invites.join(nora, third.token))).toBe('not_found');
    expect(await codeOf(node.invites.join(nora, 'unknown'))).toBe('not_found');
  });

  it('points to the page that joins by it', async () => {
    const { token, expiresAt } = await invited();
    expect(presentInvite({ token, expiresAt }, 'https://chat.example.org')).toEqual({
      token,
      url: `https://chat.example.org/#join=${token}`,
      expiresAt: expiresAt.toISOString(),
    });
  });
});
