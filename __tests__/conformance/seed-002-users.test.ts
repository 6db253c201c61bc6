import type { Person } from '../support/client';
import {
  keysOf,
  PUBLIC_USER_KEYS,
  SELF_KEYS,
  startWorld,
  UNKNOWN_ID,
  type World,
} from '../support/native-world';

let world: World;
let alice: Person;
let bob: Person;
beforeAll(async () => {
  world = await startWorld();
  alice = await world.person('Alice Anders');
  bob = await world.person('Bob Brown');
});
afterAll(() => world.stop());

const find = async (person: Person, q: string) =>
  (await person.api('GET', `/api/users/search?q=${encodeURIComponent(q)}`)).body;

describe('GET /api/users/profile', () => {
  it('shows oneself with phone number, sockets, devices, privacy and settings', async () => {
    const { status, body } = await alice.api('GET', '/api/users/profile');
    expect(status).toBe(200);
    expect(keysOf(body)).toEqual(['user']);
    expect(keysOf(body.user)).toEqual(SELF_KEYS);
    expect(body.user).toMatchObject({ id: alice.id, name: 'Alice Anders', phoneNumber: alice.phoneNumber });
    expect(keysOf(body.user.devices[0])).toEqual(['deviceId', 'lastSeenAt', 'name', 'online', 'platform']);
    expect(keysOf(body.user.privacy)).toEqual(
      ['bio', 'calls', 'discoverable', 'groups', 'lastSeen', 'online', 'photo', 'readReceipts'].sort(),
    );
  });
});

describe('PUT /api/users/profile', () => {
  it('updates what was sent and leaves the rest', async () => {
    const carol = await world.person('Carol');
    await carol.api('PUT', '/api/users/profile', { bio: 'Hello', username: 'carol_c' });
    const { status, body } = await carol.api('PUT', '/api/users/profile', { name: 'Carol C' });
    expect(status).toBe(200);
    expect(body.user).toMatchObject({ name: 'Carol C', bio: 'Hello', username: 'carol_c' });
  });

  it('sets each privacy word to everyone, contacts or nobody, and the two switches', async () => {
    const dora = await world.person('Dora');
    const privacy = { lastSeen: 'nobody', online: 'contacts', photo: 'nobody', readReceipts: false };
    const { body } = await dora.api('PUT', '/api/users/profile', { privacy });
    expect(body.user.privacy).toMatchObject({ ...privacy, bio: 'everyone', discoverable: true });
    const wrong = await dora.api('PUT', '/api/users/profile', { privacy: { lastSeen: 'friends' } });
    expect(wrong.body.code).toBe('validation_failed');
  });

  it('keeps the settings of the app as they were given', async () => {
    const settings = { theme: 'dark', nested: { size: 3 } };
    const { body } = await alice.api('PUT', '/api/users/profile', { settings });
    expect(body.user.settings).toEqual(settings);
  });

  it('refuses a username that somebody else has as a conflict', async () => {
    await alice.api('PUT', '/api/users/profile', { username: 'only_alice' });
    const taken = await bob.api('PUT', '/api/users/profile', { username: 'Only_Alice' });
    expect([taken.status, taken.body.code]).toEqual([409, 'conflict']);
  });
});

describe('GET /api/users/search', () => {
  it('finds people by name, by username and by their exact phone number', async () => {
    await bob.api('PUT', '/api/users/profile', { username: 'bobby.b' });
    for (const q of ['Brown', 'bobby', bob.phoneNumber]) {
      const { users, nextCursor } = await find(alice, q);
      expect(users.map((user: { id: string }) => user.id)).toContain(bob.id);
      expect(nextCursor).toBeNull();
    }
  });

  it('shows others without what is private, the phone number only to contacts', async () => {
    const { users } = await find(alice, 'bobby');
    expect(keysOf(users[0])).toEqual(PUBLIC_USER_KEYS);
  });

  it('leaves out who does not want to be found, and oneself', async () => {
    const eve = await world.person('Evelyn Hidden');
    expect((await find(alice, 'Evelyn')).users).toHaveLength(1);
    await eve.api('PUT', '/api/users/profile', { privacy: { discoverable: false } });
    expect((await find(alice, 'Evelyn')).users).toEqual([]);
    expect((await find(alice, eve.phoneNumber)).users).toEqual([]);
    expect((await find(alice, 'Anders')).users).toEqual([]);
  });

  it('leaves out who is blocked, both ways', async () => {
    const frank = await world.person('Franklin Blocked');
    await frank.api('POST', '/api/contacts/block', { userId: alice.id });
    expect((await find(alice, 'Franklin')).users).toEqual([]);
    expect((await find(frank, 'Anders')).users).toEqual([]);
  });

  it('takes limit and cursor until nextCursor is null', async () => {
    for (let i = 0; i < 3; i += 1) await world.person(`Zacharias ${i}`);
    const first = (await alice.api('GET', '/api/users/search?q=Zacharias&limit=2')).body;
    expect(first.users).toHaveLength(2);
    const second = (
      await alice.api('GET', `/api/users/search?q=Zacharias&limit=2&cursor=${first.nextCursor}`)
    ).body;
    expect(second.users).toHaveLength(1);
    expect(second.nextCursor).toBeNull();
  });
});

describe('POST /api/users/add-contact', () => {
  it.each(['userId', 'phoneNumber'])('puts a person into the own address book at once, by %s', async (by) => {
    const [ann, ben] = [await world.person('Ann'), await world.person('Ben')];
    const body = by === 'userId' ? { userId: ben.id } : { phoneNumber: ben.phoneNumber };
    const first = await ann.api('POST', '/api/users/add-contact', body);
    expect(first.status).toBe(201);
    expect(keysOf(first.body.contact)).toEqual(['createdAt', 'direction', 'id', 'status', 'user']);
    expect(first.body.contact).toMatchObject({
      status: 'ACCEPTED',
      direction: 'outgoing',
      user: { id: ben.id },
    });
    expect((await ann.api('POST', '/api/users/add-contact', body)).status).toBe(200);
  });

  it('is a contact on that side only, so the phone number shows to whom the other has as contact', async () => {
    const [ann, ben] = [await world.person('Ann'), await world.person('Ben')];
    await ann.api('POST', '/api/users/add-contact', { userId: ben.id });
    expect((await ann.api('GET', '/api/contacts')).body.contacts).toHaveLength(1);
    expect((await ben.api('GET', '/api/contacts')).body.contacts).toEqual([]);
    const seenByBen = (await ben.api('GET', `/api/users/${ann.id}`)).body.user;
    expect(seenByBen.phoneNumber).toBe(ann.phoneNumber);
    const seenByAnn = (await ann.api('GET', `/api/users/${ben.id}`)).body.user;
    expect(seenByAnn.phoneNumber).toBeUndefined();
  });

  it('answers not_found for nobody, forbidden on a block, validation_failed for oneself', async () => {
    const grim = await world.person('Grim');
    await grim.api('POST', '/api/contacts/block', { userId: alice.id });
    const code = async (body: object) => (await alice.api('POST', '/api/users/add-contact', body)).body.code;
    expect(await code({ userId: UNKNOWN_ID })).toBe('not_found');
    expect(await code({ phoneNumber: '+919900000000' })).toBe('not_found');
    expect(await code({ userId: grim.id })).toBe('forbidden');
    expect(await code({ userId: alice.id })).toBe('validation_failed');
    expect(await code({})).toBe('validation_failed');
  });
});

describe('GET /api/users/:userId', () => {
  it('shows what the privacy of the other lets one see', async () => {
    const hidden = await world.person('Hidden');
    const avatarUrl = 'https://media.example.org/h.png';
    await hidden.api('PUT', '/api/users/profile', { bio: 'Secret', avatarUrl });
    const before = (await alice.api('GET', `/api/users/${hidden.id}`)).body.user;
    expect(before).toMatchObject({ bio: 'Secret', avatarUrl });
    const nobody = { bio: 'nobody', photo: 'nobody', lastSeen: 'nobody', online: 'nobody' };
    await hidden.api('PUT', '/api/users/profile', { privacy: nobody });
    const after = (await alice.api('GET', `/api/users/${hidden.id}`)).body.user;
    expect(after).toMatchObject({ bio: '', avatarUrl: null, lastSeenAt: null, online: false });
  });

  it('shows to contacts what is for contacts only', async () => {
    const [ann, ben] = [await world.person('Ann'), await world.person('Ben')];
    await ann.api('PUT', '/api/users/profile', { bio: 'For friends', privacy: { bio: 'contacts' } });
    expect((await ben.api('GET', `/api/users/${ann.id}`)).body.user.bio).toBe('');
    await ann.api('POST', '/api/users/add-contact', { userId: ben.id });
    expect((await ben.api('GET', `/api/users/${ann.id}`)).body.user.bio).toBe('For friends');
  });

  it('hides the photo from somebody blocked', async () => {
    const [ann, ben] = [await world.person('Ann'), await world.person('Ben')];
    await ann.api('PUT', '/api/users/profile', { avatarUrl: 'https://media.example.org/a.png' });
    await ann.api('POST', '/api/contacts/block', { userId: ben.id });
    expect((await ben.api('GET', `/api/users/${ann.id}`)).body.user.avatarUrl).toBeNull();
  });
});
