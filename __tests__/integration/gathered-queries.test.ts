/** What many ask for at once is read by one query, which must look at what was asked for and not at all that these ids have in common. */
import { ChatModel } from '../../src/models/chat.model';
import { ContactModel } from '../../src/models/contact.model';
import { MembershipModel } from '../../src/models/membership.model';
import { findMemberships } from '../../src/services/chat-access';
import { standingOf } from '../../src/services/relation.service';
import { readRosters } from '../../src/services/roster-reader';
import { examinedBy } from '../support/examined';
import { newId } from '../support/journal';
import { useDatabase } from '../support/user-fixtures';

/** So many people, each a contact of every other, and as many chats with all of them. */
const COUNT = 40;
const userIds = Array.from({ length: COUNT }, newId);
const chatIds = Array.from({ length: COUNT }, newId);
const everyPair = userIds.flatMap((ownerId) =>
  userIds.filter((id) => id !== ownerId).map((userId) => ({ ownerId, userId })),
);
const ACCEPTED = { status: 'accepted', direction: 'outgoing' } as const;
const at = (list: readonly string[], i: number) => list[i % COUNT] ?? '';

useDatabase('gathered');
beforeAll(async () => {
  const joinedAt = new Date();
  const places = chatIds.flatMap((chatId) =>
    userIds.map((userId) => ({ chatId, userId, role: 'member' as const, joinedAt })),
  );
  await MembershipModel.insertMany(places);
  await ContactModel.insertMany(everyPair.map((pair) => ({ ...pair, ...ACCEPTED })));
});

it('looks at two contacts for each pair of people that is asked for', async () => {
  const examined = await examinedBy(/contacts$/, () =>
    Promise.all(
      userIds.map(async (id, i) => {
        const other = at(userIds, i + 1);
        const relation = (await standingOf(id, [other])).get(other);
        expect(relation).toMatchObject({ isMyContact: true, otherHasMeAsContact: true });
      }),
    ),
  );
  expect(examined).toBeGreaterThan(0);
  expect(examined).toBeLessThanOrEqual(2 * COUNT);
});

it('looks at one place for each that is asked for', async () => {
  const examined = await examinedBy(/memberships$/, () =>
    Promise.all(
      userIds.map(async (id, i) => {
        const [place] = await findMemberships(id, [at(chatIds, i)]);
        expect(String(place?.userId)).toBe(id);
      }),
    ),
  );
  expect(examined).toBe(COUNT);
});

it('looks at two contacts for each private chat that wakes up', async () => {
  const chats = await ChatModel.insertMany(
    userIds.slice(1).map((id, i) => ({
      type: 'private' as const,
      pairKey: [at(userIds, i), id].sort().join(':'),
      memberCount: 2,
      lastActivityAt: new Date(),
    })),
  );
  await MembershipModel.insertMany(
    chats.flatMap(({ _id, pairKey }) =>
      (pairKey ?? '')
        .split(':')
        .map((userId) => ({ chatId: _id, userId, role: 'member' as const, joinedAt: new Date() })),
    ),
  );
  await ContactModel.updateOne({ ownerId: at(userIds, 1), userId: at(userIds, 0) }, { isBlocked: true });
  const ids = chats.map(({ _id }) => String(_id));
  const examined = await examinedBy(/contacts$/, async () => {
    const rosters = await Promise.all(ids.map(async (id) => (await readRosters([id])).get(id)));
    expect(rosters.map((roster) => roster?.isBlocked)).toEqual(ids.map((_id, i) => i === 0));
  });
  expect(examined).toBeGreaterThan(0);
  expect(examined).toBeLessThanOrEqual(2 * ids.length);
});
