import { AppError } from '../../src/errors/app-error';
import { ContactModel } from '../../src/models/contact.model';
import { UserModel } from '../../src/models/user.model';
import { presentContact } from '../../src/presenters/contact.presenter';
import { createContactService } from '../../src/services/contact.service';
import { createUserChangeService } from '../../src/services/user-change.service';
import { noCache } from '../support/cache';
import { testSigner } from '../support/signer';
import { recordingBus, storeUser, useDatabase } from '../support/user-fixtures';

const { bus, heard } = recordingBus();
const userChanges = createUserChangeService();
const contacts = createContactService({ bus, userChanges, cache: noCache() });
const UNKNOWN_ID = 'f'.repeat(24);

async function pair() {
  const [me, other] = [await storeUser(), await storeUser()];
  heard.length = 0;
  return { me: me.id, other: other.id, otherPhone: other.user.phoneNumber ?? '' };
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'allowed',
    (error) => (error instanceof AppError ? error.code : String(error)),
  );
}

useDatabase('contacts');

describe('addContact', () => {
  it('makes an accepted contact on the own side only, and says the second time that it was there', async () => {
    const { me, other } = await pair();
    const first = await contacts.addContact(me, { userId: other });
    expect(first.isNew).toBe(true);
    expect(presentContact(first, testSigner)).toEqual({
      id: String(first.contact._id),
      status: 'ACCEPTED',
      user: expect.objectContaining({ id: other }),
      direction: 'outgoing',
      createdAt: first.contact.createdAt.toISOString(),
    });
    const second = await contacts.addContact(me, { userId: other.toUpperCase() });
    expect(second).toMatchObject({ isNew: false, contact: { _id: first.contact._id } });
    expect(await ContactModel.countDocuments({ ownerId: other })).toBe(0);
    expect(heard).toEqual([['contact.changed', { ownerId: me, userId: other }]]);
  });

  it('makes one contact when several devices add the same person at once', async () => {
    const { me, other } = await pair();
    const results = await Promise.all(
      Array.from({ length: 8 }, () => contacts.addContact(me, { userId: other })),
    );
    expect(results.filter((result) => result.isNew)).toHaveLength(1);
    expect(await ContactModel.countDocuments({ ownerId: me })).toBe(1);
  });

  it('finds a verified phone, however it is spaced, and no other phone', async () => {
    const { me, otherPhone, other } = await pair();
    const spaced = `${otherPhone.slice(0, 3)} ${otherPhone.slice(3, 8)}-${otherPhone.slice(8)}`;
    expect((await contacts.addContact(me, { phoneNumber: spaced })).user._id.toString()).toBe(other);
    await UserModel.updateOne({ _id: other }, { phoneVerified: false });
    expect(await codeOf(contacts.addContact(me, { phoneNumber: otherPhone }))).toBe('not_found');
    expect(await codeOf(contacts.addContact(me, { phoneNumber: 'no number' }))).toBe('validation_failed');
  });

  it('refuses oneself, the unknown and the deleted', async () => {
    const { me, other } = await pair();
    await UserModel.updateOne({ _id: other }, { deletedAt: new Date() });
    expect(await codeOf(contacts.addContact(me, { userId: me }))).toBe('validation_failed');
    expect(await codeOf(contacts.addContact(me, { userId: UNKNOWN_ID }))).toBe('not_found');
    expect(await codeOf(contacts.addContact(me, { userId: other }))).toBe('not_found');
  });
});

describe('block and unblock', () => {
  it('keeps both from adding each other until it is lifted', async () => {
    const { me, other } = await pair();
    const { contact } = await contacts.block(me, other);
    expect(await codeOf(contacts.addContact(me, { userId: other }))).toBe('forbidden');
    expect(await codeOf(contacts.addContact(other, { userId: me }))).toBe('forbidden');
    await contacts.unblock(me, String(contact._id));
    expect(await codeOf(contacts.addContact(other, { userId: me }))).toBe('allowed');
  });

  it('gives a contact back as it was, named by the contact’s or the user’s id', async () => {
    const { me, other } = await pair();
    await contacts.addContact(me, { userId: other });
    for (const name of ['contact', 'user']) {
      const blocked = await contacts.block(me, other);
      expect(presentContact(blocked, testSigner).status).toBe('BLOCKED');
      await contacts.unblock(me, name === 'user' ? other : String(blocked.contact._id));
      const { contacts: list } = await contacts.listContacts(me, { limit: 5 });
      expect(list.map((entry) => presentContact(entry, testSigner).status)).toEqual(['ACCEPTED']);
    }
  });

  it('changes and announces nothing the second time', async () => {
    const { me, other } = await pair();
    await contacts.block(me, other);
    await contacts.block(me, other);
    await contacts.unblock(me, other);
    await contacts.unblock(me, other);
    expect(heard.filter(([name]) => name === 'contact.changed')).toHaveLength(2);
    expect(heard.filter(([name]) => name !== 'contact.changed')).toEqual([
      ['contact.blocked', { ownerId: me, userId: other }],
      ['contact.unblocked', { ownerId: me, userId: other }],
    ]);
    const { states } = await userChanges.since(me, 0);
    expect(states).toEqual([
      { key: `contact:${other}`, value: { contactId: expect.any(String), status: 'NONE' }, userRev: 2 },
    ]);
  });

  it('refuses oneself, the unknown, and somebody else’s contact', async () => {
    const { me, other } = await pair();
    const { contact } = await contacts.block(me, other);
    expect(await codeOf(contacts.block(me, me))).toBe('validation_failed');
    expect(await codeOf(contacts.block(me, UNKNOWN_ID))).toBe('not_found');
    expect(await codeOf(contacts.unblock(other, String(contact._id)))).toBe('not_found');
    expect(await codeOf(contacts.unblock(me, UNKNOWN_ID))).toBe('not_found');
  });
});

describe('listContacts and listBlocked', () => {
  it('pages through the accepted ones and leaves the blocked to their own list', async () => {
    const { id: me } = await storeUser();
    const others = await Promise.all(Array.from({ length: 5 }, () => storeUser()));
    for (const { id } of others) await contacts.addContact(me, { userId: id });
    const [blocked = '', ...kept] = others.map(({ id }) => id);
    await contacts.block(me, blocked);

    const first = await contacts.listContacts(me, { limit: 3 });
    expect(first.contacts).toHaveLength(3);
    const second = await contacts.listContacts(me, { limit: 3, cursor: first.nextCursor ?? '' });
    expect(second.nextCursor).toBeNull();
    const seen = [...first.contacts, ...second.contacts].map(({ user }) => String(user._id));
    expect(seen.sort()).toEqual(kept.sort());
    const list = await contacts.listBlocked(me, { limit: 3 });
    expect(list.contacts.map(({ user }) => String(user._id))).toEqual([blocked]);
  });

  it('refuses a cursor that is not from here', async () => {
    const { me } = await pair();
    for (const cursor of ['x', 'W10', Buffer.from('["a"]').toString('base64url')]) {
      expect(await codeOf(contacts.listContacts(me, { limit: 3, cursor }))).toBe('validation_failed');
    }
  });
});

describe('relationsOf', () => {
  it('knows both directions of everybody at once', async () => {
    const { me, other } = await pair();
    const { id: third } = await storeUser();
    await contacts.addContact(other, { userId: me });
    await contacts.addContact(me, { userId: third });
    await contacts.block(third, me);
    const relations = await contacts.relationsOf(me, [other, third, me, UNKNOWN_ID]);
    expect(relations.get(other)).toMatchObject({ otherHasMeAsContact: true, isMyContact: false });
    expect(relations.get(third)).toMatchObject({
      isMyContact: true,
      hasBlockedMe: true,
      isBlockedByMe: false,
      otherHasMeAsContact: false,
    });
    expect(relations.get(me)).toMatchObject({ otherHasMeAsContact: true });
    expect(relations.get(UNKNOWN_ID)).toMatchObject({ isMyContact: false, hasBlockedMe: false });
  });

  it('takes ids in capitals for the same people', async () => {
    const { me, other } = await pair();
    await contacts.block(other, me);
    const relations = await contacts.relationsOf(me, [other.toUpperCase()]);
    expect(relations.get(other.toUpperCase())?.hasBlockedMe).toBe(true);
  });
});
