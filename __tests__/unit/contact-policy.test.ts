import { AppError } from '../../src/errors/app-error';
import {
  assertMayAddContact,
  assertMayAddToGroup,
  assertMayMessage,
  canSee,
  mayBeFound,
  mayNotifyPresence,
  mayType,
  type ProtectedField,
  type RelationFacts,
} from '../../src/policies/contact.policy';
import { facts } from '../support/user-fixtures';

const STRANGER = facts();
const CONTACT = facts({ otherHasMeAsContact: true });
const MY_CONTACT_ONLY = facts({ isMyContact: true });
const I_BLOCKED = facts({ isBlockedByMe: true, otherHasMeAsContact: true });
const BLOCKED_ME = facts({ hasBlockedMe: true, isMyContact: true });
const PRIVATE_FIELDS: ProtectedField[] = ['photo', 'bio', 'online', 'lastSeen'];

function withPrivacy(relation: RelationFacts, audience: 'everyone' | 'contacts' | 'nobody'): RelationFacts {
  const otherPrivacy = { ...relation.otherPrivacy };
  for (const key of ['photo', 'bio', 'online', 'lastSeen', 'groups', 'calls'] as const) {
    otherPrivacy[key] = audience;
  }
  return { ...relation, otherPrivacy };
}

function codeOf(assertion: () => void): string {
  try {
    assertion();
    return 'allowed';
  } catch (error) {
    return error instanceof AppError ? error.code : String(error);
  }
}

describe('canSee', () => {
  it.each([
    ['a stranger', 'everyone', true, STRANGER],
    ['a stranger', 'contacts', false, STRANGER],
    ['a stranger', 'nobody', false, STRANGER],
    ['whom the other has as a contact', 'everyone', true, CONTACT],
    ['whom the other has as a contact', 'contacts', true, CONTACT],
    ['whom the other has as a contact', 'nobody', false, CONTACT],
    ['who has the other as a contact, one-sided', 'contacts', false, MY_CONTACT_ONLY],
  ] as const)('shows %s what is for %s: %s', (_who, audience, expected, relation) => {
    for (const field of PRIVATE_FIELDS) expect(canSee(field, withPrivacy(relation, audience))).toBe(expected);
  });

  it.each([
    ['by the viewer', I_BLOCKED],
    ['by the other', BLOCKED_ME],
  ])('hides photo, presence and phone behind a block %s, whatever the privacy', (_who, relation) => {
    const fields: ProtectedField[] = ['photo', 'online', 'lastSeen', 'phoneNumber'];
    for (const field of fields) expect(canSee(field, withPrivacy(relation, 'everyone'))).toBe(false);
    expect(mayNotifyPresence(relation)).toBe(false);
  });

  it('shows the phone number to the other’s contacts only', () => {
    expect(canSee('phoneNumber', STRANGER)).toBe(false);
    expect(canSee('phoneNumber', MY_CONTACT_ONLY)).toBe(false);
    expect(canSee('phoneNumber', CONTACT)).toBe(true);
  });
});

describe('what two people may do to each other', () => {
  it.each([
    ['strangers', 'allowed', STRANGER],
    ['a contact', 'allowed', CONTACT],
    ['one who blocked', 'forbidden', I_BLOCKED],
    ['one who is blocked', 'forbidden', BLOCKED_ME],
  ])('messages, address book, groups, typing and search, %s: %s', (_who, expected, relation) => {
    expect(codeOf(() => assertMayMessage(relation))).toBe(expected);
    expect(codeOf(() => assertMayAddContact(relation))).toBe(expected);
    expect(codeOf(() => assertMayAddToGroup(relation))).toBe(expected);
    expect(mayType(relation)).toBe(expected === 'allowed');
    expect(mayBeFound(relation)).toBe(expected === 'allowed');
  });

  it.each([
    ['everyone', 'allowed', STRANGER],
    ['contacts', 'forbidden', STRANGER],
    ['contacts', 'allowed', CONTACT],
    ['nobody', 'forbidden', CONTACT],
  ] as const)('adding to groups, open to %s: %s', (audience, expected, relation) => {
    expect(codeOf(() => assertMayAddToGroup(withPrivacy(relation, audience)))).toBe(expected);
  });

  it('does not find who does not want to be found', () => {
    expect(mayBeFound(facts({ otherHasMeAsContact: true }, { discoverable: false }))).toBe(false);
  });
});
