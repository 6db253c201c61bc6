/**
 * A stranger, a contact, somebody blocked and somebody who blocks, over every path and event by which one person reaches another.
 * What is expected is written down for each, so that a new way in has to be thought about.
 */
import type { Answer, Person, TestSocket } from '../support/client';
import { say, startWorld, textTo, type World } from '../support/native-world';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

const AVATAR = 'https://media.example.org/a.png';
type Standing = 'stranger' | 'contact' | 'blocked' | 'blocker';
const STANDINGS: Standing[] = ['stranger', 'contact', 'blocked', 'blocker'];

/** `me`, who does something, and the `other`, to whom `me` is what `standing` says; the two have talked before. */
interface Pair {
  me: Person;
  other: Person;
  chatId: string;
  /** A message of the other in their private chat. */
  messageId: string;
  /** A group of both and a third. */
  groupId: string;
  /** What the other shows to everyone, and to contacts. */
  storyIds: { everyone: string; contacts: string };
}

async function pairOf(standing: Standing): Promise<Pair> {
  const [me, other, third] = await Promise.all(
    ['Mia Walker', 'Otto Walker', 'Third'].map((name) => world.person(name)),
  );
  if (!me || !other || !third) throw new Error('three people');
  await other.api('PUT', '/api/users/profile', { avatarUrl: AVATAR, bio: 'Hello' });
  const chatId = await world.privateChat(other, me);
  const { id: messageId } = await say(other, chatId, 'Hello');
  await say(me, chatId, 'Mine');
  const groupId = await world.group(third, [me, other]);
  const show = async (audience: string) =>
    (await other.api('POST', '/api/stories', { type: 'text', text: 'Hello', privacy: { audience } })).body
      .story.id;
  const storyIds = { everyone: await show('everyone'), contacts: await show('contacts') };
  await stand(standing, me, other);
  return { me, other, chatId, messageId, groupId, storyIds };
}

async function stand(standing: Standing, me: Person, other: Person): Promise<void> {
  if (standing === 'contact') {
    await me.api('POST', '/api/contacts/request', { userId: other.id });
    await other.api('PATCH', `/api/contacts/request/${me.id}/accept`);
  }
  const [blocker, blocked] = standing === 'blocker' ? [me, other] : [other, me];
  if (standing === 'blocked' || standing === 'blocker')
    await blocker.api('POST', '/api/contacts/block', { userId: blocked.id });
}

/** Who stands so to each other, for the steps that leave it at that; made once, since it takes three people and a dozen requests. */
const lasting = new Map<Standing, Promise<Pair>>();
function lastingPairOf(standing: Standing): Promise<Pair> {
  const pair = lasting.get(standing) ?? pairOf(standing);
  lasting.set(standing, pair);
  return pair;
}

type Step = (pair: Pair) => Promise<Answer>;
const isFound = (list: Array<{ id: string }>, { other }: Pair) => list.some(({ id }) => id === other.id);

/** After these the two no longer stand to each other as before. */
const CHANGES_THE_STANDING = new Set([
  'ask to be a contact',
  'ask by phone',
  'put them into the address book',
  'accept what nobody asked',
  'reject what nobody asked',
  'remove them as a contact',
  'lift a block',
]);

/** What REST answers: the status for a stranger, a contact, the blocked and the blocker. */
const STATUS: Array<[string, Step, [number, number, number, number]]> = [
  [
    'write in the chat',
    ({ me, chatId }) => me.api('POST', '/api/messages', textTo(chatId, 'x')),
    [201, 201, 403, 403],
  ],
  [
    'write by the chat’s path',
    ({ me, chatId }) => me.api('POST', `/api/chats/${chatId}/messages`, { content: 'x' }),
    [201, 201, 403, 403],
  ],
  [
    'forward into the chat',
    ({ me, chatId, messageId }) =>
      me.api('POST', `/api/messages/${messageId}/forward`, { chatIds: [chatId] }),
    [201, 201, 403, 403],
  ],
  [
    'react',
    ({ me, messageId }) => me.api('POST', `/api/messages/${messageId}/react`, { emoji: '👍' }),
    [200, 200, 403, 403],
  ],
  [
    'open a private chat',
    ({ me, other }) => me.api('POST', '/api/chats/private', { userId: other.id }),
    [200, 200, 403, 403],
  ],
  [
    'let messages disappear',
    ({ me, chatId }) => me.api('PUT', `/api/chats/${chatId}/settings`, { disappearingSeconds: 60 }),
    [200, 200, 403, 403],
  ],
  [
    'make a group with them',
    ({ me, other }) => me.api('POST', '/api/chats/group', { name: 'G', memberIds: [other.id] }),
    [201, 201, 403, 403],
  ],
  [
    'make it S1’s way',
    ({ me, other }) => me.api('POST', '/api/chats', { type: 'group', name: 'G', memberIds: [other.id] }),
    [201, 201, 403, 403],
  ],
  [
    'add them to a group',
    async ({ me, other }) => {
      const id = await world.group(me, []);
      return me.api('POST', `/api/chats/${id}/members`, { userIds: [other.id] });
    },
    [201, 201, 403, 403],
  ],
  [
    'ask to be a contact',
    ({ me, other }) => me.api('POST', '/api/contacts/request', { userId: other.id }),
    [201, 200, 403, 403],
  ],
  [
    'ask by phone',
    ({ me, other }) => me.api('POST', '/api/contacts/request', { phoneNumber: other.phoneNumber }),
    [201, 200, 403, 403],
  ],
  [
    'put them into the address book',
    ({ me, other }) => me.api('POST', '/api/users/add-contact', { userId: other.id }),
    [201, 200, 403, 403],
  ],
  [
    'write in the shared group',
    ({ me, groupId }) => me.api('POST', '/api/messages', textTo(groupId, 'x')),
    [201, 201, 201, 201],
  ],
  [
    'read the history',
    ({ me, chatId }) => me.api('GET', `/api/chats/${chatId}/messages`),
    [200, 200, 200, 200],
  ],
  [
    'clear its notifications',
    ({ me, chatId }) => me.api('POST', `/api/notifications/clear/${chatId}`),
    [200, 200, 200, 200],
  ],
  [
    'accept what nobody asked',
    ({ me, other }) => me.api('PATCH', `/api/contacts/request/${other.id}/accept`),
    [404, 200, 404, 404],
  ],
  [
    'reject what nobody asked',
    ({ me, other }) => me.api('DELETE', `/api/contacts/request/${other.id}/reject`),
    [404, 404, 404, 404],
  ],
  [
    'remove them as a contact',
    ({ me, other }) => me.api('DELETE', `/api/contacts/${other.id}`),
    [404, 200, 404, 404],
  ],
  [
    'lift a block',
    ({ me, other }) => me.api('PATCH', `/api/contacts/unblock/${other.id}`),
    [404, 200, 404, 200],
  ],
  [
    'see a story that is for everyone',
    ({ me, storyIds }) => me.api('GET', `/api/stories/${storyIds.everyone}`),
    [200, 200, 404, 404],
  ],
  [
    'see a story that is for contacts',
    ({ me, storyIds }) => me.api('GET', `/api/stories/${storyIds.contacts}`),
    [404, 200, 404, 404],
  ],
  [
    'say that they saw a story',
    ({ me, storyIds }) => me.api('POST', `/api/stories/${storyIds.everyone}/view`),
    [200, 200, 404, 404],
  ],
  [
    'react to a story',
    ({ me, storyIds }) => me.api('POST', `/api/stories/${storyIds.contacts}/react`, { emoji: '👍' }),
    [404, 200, 404, 404],
  ],
  [
    'look up who saw a story',
    ({ me, storyIds }) => me.api('GET', `/api/stories/${storyIds.everyone}/views`),
    [403, 403, 404, 404],
  ],
  [
    'delete a story',
    ({ me, storyIds }) => me.api('DELETE', `/api/stories/${storyIds.everyone}`),
    [403, 403, 404, 404],
  ],
];

describe.each(STANDINGS)('%s', (standing) => {
  const at = STANDINGS.indexOf(standing);

  it.each(STATUS.map(([what, step, codes]) => [what, codes[at], step] as const))(
    'may %s: %i',
    async (what, expected, step) => {
      const makePair = CHANGES_THE_STANDING.has(what) ? pairOf : lastingPairOf;
      const answer = await step(await makePair(standing));
      expect(answer.status).toBe(expected);
      if (expected === 403) expect(answer.body.code).toBe('forbidden');
    },
  );

  it('finds them by search as the contract says', async () => {
    const pair = await pairOf(standing);
    const { me, other } = pair;
    const users = async (path: string) => (await me.api('GET', path)).body.users;
    const q = encodeURIComponent(other.phoneNumber);
    const isOpen = standing === 'stranger' || standing === 'contact';
    expect(isFound(await users('/api/users/search?q=Otto+Walker&limit=100'), pair)).toBe(isOpen);
    expect(isFound(await users(`/api/users/search?q=${q}`), pair)).toBe(isOpen);
    expect(isFound(await users(`/api/contacts/search?q=${q}`), pair)).toBe(isOpen || standing === 'blocker');
  });

  it('sees of the profile as much as the contract says, wherever it is shown', async () => {
    const { me, other, chatId } = await pairOf(standing);
    await world.socket(other);
    const isOpen = standing === 'stranger' || standing === 'contact';
    const { user } = (await me.api('GET', `/api/users/${other.id}`)).body;
    expect(user).toMatchObject({ avatarUrl: isOpen ? AVATAR : null, online: isOpen, bio: 'Hello' });
    expect(user.lastSeenAt === null).toBe(!isOpen);
    expect(user.phoneNumber).toBe(standing === 'contact' ? other.phoneNumber : undefined);
    const { chat } = (await me.api('GET', `/api/chats/${chatId}`)).body;
    expect(chat.avatarUrl).toBe(isOpen ? AVATAR : null);
    const lists = await Promise.all(
      ['/api/contacts', '/api/contacts/blocked', '/api/contacts/pending'].map((path) => me.api('GET', path)),
    );
    for (const { user: held } of lists.flatMap(({ body }) => body.contacts)) {
      expect([held.avatarUrl, held.online]).toEqual([isOpen ? AVATAR : null, isOpen]);
    }
  });

  it('reaches them by events as the contract says', async () => {
    const { me, other, chatId, messageId, groupId } = await pairOf(standing);
    const isOpen = standing === 'stranger' || standing === 'contact';
    const [mine, theirs] = [await world.socket(me), await world.socket(other)];
    const expected = isOpen ? undefined : 'forbidden';
    const codeOf = async (event: string, payload: object) => (await mine.ask(event, payload)).error?.code;
    expect(await codeOf('send_message', textTo(chatId, 'x'))).toBe(expected);
    expect(await codeOf('typing_start', { chatId })).toBe(expected);
    expect(await codeOf('add_reaction', { messageId, emoji: '🎉' })).toBe(expected);
    expect(await codeOf('typing_start', { chatId: groupId })).toBeUndefined();
    expect(await codeOf('set_presence', { state: 'away' })).toBeUndefined();
    expect(await codeOf('set_presence', { state: 'online' })).toBeUndefined();
    const isMine = ({ userId }: { userId: string }) => userId === me.id;
    // Presence takes a way of its own and may come after what was sent later.
    if (isOpen) await theirs.waitFor('user-offline', isMine);
    await afterwards(me, groupId, theirs);
    const heard = (event: string, where: (payload: never) => boolean) =>
      theirs.heard(event).filter(where as never).length > 0;
    expect(
      heard('new_message', ({ message }: { message: { chatId: string } }) => message.chatId === chatId),
    ).toBe(isOpen);
    expect(heard('user_typing', isMine)).toBe(isOpen);
    expect(heard('message_reaction', () => true)).toBe(isOpen);
    expect(heard('user-offline', isMine)).toBe(isOpen);
  });
});

/** Everything before has been heard once a message of the group has come. */
async function afterwards(me: Person, groupId: string, socket: TestSocket): Promise<void> {
  const { id } = await say(me, groupId, 'later');
  await socket.waitFor('new_message', ({ message }) => message.id === id);
}

describe('a stranger who asks to be a contact', () => {
  it('hears nothing of the presence of who was asked until that one says yes', async () => {
    const [ann, ben] = [await world.person('Ann'), await world.person('Ben')];
    const [anns, bens] = [await world.socket(ann), await world.socket(ben)];
    await ann.api('POST', '/api/contacts/request', { userId: ben.id });
    await anns.waitFor('contact_request');
    await bens.ask('set_presence', { state: 'away' });
    await bens.ask('set_presence', { state: 'online' });
    await ben.api('PATCH', `/api/contacts/request/${ann.id}/accept`);
    await anns.waitFor('user-online', ({ userId }) => userId === ben.id);
    expect(anns.heard('user-offline')).toEqual([]);
  });

  it('sees no phone number and nothing that is for contacts only', async () => {
    const [ann, ben] = [await world.person('Ann'), await world.person('Ben')];
    const privacy = { photo: 'contacts', bio: 'contacts', lastSeen: 'contacts', online: 'contacts' };
    await ben.api('PUT', '/api/users/profile', { avatarUrl: AVATAR, bio: 'For friends', privacy });
    const { contact } = (await ann.api('POST', '/api/contacts/request', { userId: ben.id })).body;
    expect(contact.user).toMatchObject({ avatarUrl: null, bio: '', online: false, lastSeenAt: null });
    expect(contact.user.phoneNumber).toBeUndefined();
    await ben.api('PATCH', `/api/contacts/request/${ann.id}/accept`);
    const [now] = (await ann.api('GET', '/api/contacts')).body.contacts;
    expect(now.user).toMatchObject({ avatarUrl: AVATAR, bio: 'For friends', phoneNumber: ben.phoneNumber });
  });
});
