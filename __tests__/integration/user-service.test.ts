import { AppError } from '../../src/errors/app-error';
import { ContactModel } from '../../src/models/contact.model';
import { UserModel } from '../../src/models/user.model';
import { createMediaLibrary } from '../../src/services/media-library';
import { createUserService } from '../../src/services/user.service';
import { createUserSearchService } from '../../src/services/user-search.service';
import { systemClock } from '../../src/types/clock';
import { noCache } from '../support/cache';
import { readUser, recordingBus, storeUser, useDatabase } from '../support/user-fixtures';

const { bus, heard } = recordingBus();
const users = createUserService({ bus, library: createMediaLibrary({ clock: systemClock }) });
const people = createUserSearchService({ cache: noCache() });
const PAGE = { limit: 50 };

async function codeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'allowed',
    (error) => (error instanceof AppError ? error.code : String(error)),
  );
}

async function namesFor(viewerId: string, q: string): Promise<string[]> {
  const { users: found } = await people.search(viewerId, q, PAGE);
  return found.map(({ user }) => user.name);
}

useDatabase('users');

describe('updateProfile', () => {
  it('changes what is named, leaves the rest, and announces it', async () => {
    const { id } = await storeUser({ bio: 'before', settings: { theme: 'dark' } });
    heard.length = 0;
    const user = await users.updateProfile(id, {
      name: ' Ann ',
      username: 'Ann.1',
      privacy: { photo: 'nobody' },
    });
    expect(user).toMatchObject({
      name: 'Ann',
      username: 'ann.1',
      bio: 'before',
      settings: { theme: 'dark' },
    });
    expect(user.privacy).toMatchObject({ photo: 'nobody', lastSeen: 'everyone', readReceipts: true });
    expect(await readUser(id)).toEqual(user);
    expect(heard).toEqual([['user.updated', { userId: id }]]);
  });

  it('gives a username to one person only, whatever the case, and back when it is removed', async () => {
    const [{ id: first }, { id: second }] = [await storeUser(), await storeUser()];
    await users.updateProfile(first, { username: 'zoe' });
    expect(await codeOf(users.updateProfile(second, { username: 'ZOE' }))).toBe('conflict');
    await users.updateProfile(first, { username: null });
    expect((await users.updateProfile(second, { username: 'ZOE' })).username).toBe('zoe');
    expect(await readUser(first)).not.toHaveProperty('username');
  });

  it('leaves one winner when two people take a username at once', async () => {
    const [{ id: first }, { id: second }] = [await storeUser(), await storeUser()];
    const codes = await Promise.all(
      [first, second].map((id) => codeOf(users.updateProfile(id, { username: 'contested' }))),
    );
    expect(codes.sort()).toEqual(['allowed', 'conflict']);
  });

  it('keeps the search in step when name and username change at the same time', async () => {
    const [{ id: viewer }, { id }] = [await storeUser(), await storeUser()];
    await Promise.all([
      users.updateProfile(id, { name: 'Wolfgang' }),
      users.updateProfile(id, { username: 'amadeus' }),
    ]);
    expect(await namesFor(viewer, 'wolfgang')).toEqual(['Wolfgang']);
    expect(await namesFor(viewer, 'amadeus')).toEqual(['Wolfgang']);
  });

  it('tells a deleted account to sign in', async () => {
    const { id } = await storeUser({ deletedAt: new Date() });
    expect(await codeOf(users.updateProfile(id, { name: 'Ghost' }))).toBe('unauthenticated');
    expect(await codeOf(users.getSelf(id))).toBe('unauthenticated');
  });
});

describe('getUser', () => {
  it('knows nobody who is deleted or never was', async () => {
    const [{ id: viewer }, { id: deleted }] = [await storeUser(), await storeUser({ deletedAt: new Date() })];
    expect(await codeOf(users.getUser(viewer, deleted))).toBe('not_found');
    expect(await codeOf(users.getUser(viewer, 'f'.repeat(24)))).toBe('not_found');
    expect((await users.getUser(deleted, viewer)).relation).toMatchObject({ otherHasMeAsContact: false });
  });
});

describe('search', () => {
  it.each([
    ['a part of a name', 'Alexandra Kowalska', 'kowal'],
    ['a part over two words', 'Jean-Luc Picard', 'luc pic'],
    ['another case and without accents', 'Zoë Müller', 'MULLER'],
    ['Chinese', '山田太郎', '田太'],
    ['a single Chinese character', '王小明', '王'],
    ['Japanese, half width', 'サトウカナ', 'ｻﾄｳ'],
    ['Korean', '김민준', '민준'],
    ['characters that mean something to a regex', 'a(.*)+$b', '(.*)+$'],
  ])('finds %s', async (_what, name, q) => {
    const [{ id: viewer }] = [await storeUser(), await storeUser({ name })];
    expect(await namesFor(viewer, q)).toEqual([name]);
  });

  it('finds nothing by a pattern that is not there, and refuses what says too little', async () => {
    const [{ id: viewer }] = [await storeUser(), await storeUser({ name: 'Petunia' })];
    expect(await namesFor(viewer, 'pet.*')).toEqual([]);
    expect(await namesFor(viewer, 'tuniape')).toEqual([]);
    for (const q of ['', '  ', 'p'])
      expect(await codeOf(people.search(viewer, q, PAGE))).toBe('validation_failed');
  });

  it('finds a username by a part of it', async () => {
    const [{ id: viewer }] = [await storeUser(), await storeUser({ name: 'X', username: 'night_owl.7' })];
    expect(await namesFor(viewer, 'T_OWL')).toEqual(['X']);
  });

  it.each(['+919812345678', '+91 98123-45678', ' 919812345678', '（+91）9812345678'])(
    'finds an exact phone given as "%s"',
    async (q) => {
      await UserModel.deleteMany({ phoneNumber: '+919812345678' });
      const [{ id: viewer }] = [
        await storeUser(),
        await storeUser({ name: 'Caller', phoneNumber: '+919812345678' }),
      ];
      expect(await namesFor(viewer, q)).toEqual(['Caller']);
    },
  );

  it('finds no part of a phone, and no phone that was not proved', async () => {
    const { id: viewer } = await storeUser();
    await storeUser({ phoneNumber: '+919700000001' });
    await storeUser({ phoneNumber: '+919700000002', phoneVerified: false });
    expect(await namesFor(viewer, '+91970000000')).toEqual([]);
    expect(await namesFor(viewer, '+919700000002')).toEqual([]);
  });

  it('leaves out oneself, the deleted, who hides, and who is blocked either way', async () => {
    const name = 'Quentin';
    const { id: viewer } = await storeUser({ name });
    const shown = await storeUser({ name: 'Quentin Shown' });
    await storeUser({ name, deletedAt: new Date() });
    const hidden = await storeUser({ name });
    await users.updateProfile(hidden.id, { privacy: { discoverable: false } });
    const [blocked, blocker] = [await storeUser({ name }), await storeUser({ name })];
    const block = { status: 'none', direction: 'outgoing', isBlocked: true } as const;
    await ContactModel.create({ ownerId: viewer, userId: blocked.id, ...block });
    await ContactModel.create({ ownerId: blocker.id, userId: viewer, ...block });
    expect(await namesFor(viewer, 'quentin')).toEqual(['Quentin Shown']);
    expect(await namesFor(viewer, hidden.user.phoneNumber ?? '')).toEqual([]);
    expect(await namesFor(viewer, blocked.user.phoneNumber ?? '')).toEqual([]);
    expect(await namesFor(viewer, shown.user.phoneNumber ?? '')).toEqual(['Quentin Shown']);
  });

  it('pages through everybody once, past long runs of people who may not be shown', async () => {
    const { id: viewer } = await storeUser();
    const made: string[] = [];
    for (let i = 0; i < 12; i += 1) {
      const privacy = i % 3 === 1 ? { discoverable: false } : {};
      const { id } = await storeUser({ name: `Serial ${i}` });
      await users.updateProfile(id, { privacy });
      if (i % 3 !== 1) made.push(id);
    }
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await people.search(viewer, 'serial', { limit: 3, cursor });
      seen.push(...page.users.map(({ user }) => String(user._id)));
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    expect(seen).toEqual(made);
  });

  it('shows whom the phone finds once, first, also when a name holds the same digits', async () => {
    const { id: viewer } = await storeUser();
    await storeUser({ name: 'call 919600000001 now' });
    const owner = await storeUser({ name: '919600000001', phoneNumber: '+919600000001' });
    const first = await people.search(viewer, '919600000001', { limit: 1 });
    expect(first.users.map(({ user }) => String(user._id))).toEqual([owner.id]);
    const second = await people.search(viewer, '919600000001', { limit: 1, cursor: first.nextCursor ?? '' });
    expect(second.users.map(({ user }) => user.name)).toEqual(['call 919600000001 now']);
    expect(second.nextCursor).toBeNull();
  });
});
