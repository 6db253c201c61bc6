import { AppError } from '../../src/errors/app-error';
import {
  assertMayAddContact,
  assertMayAddToGroup,
  assertMayMessage,
  assertMayRequestContact,
  canSee,
  mayBeFound,
  mayBeFoundByAddress,
  mayBeFoundForContact,
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

function isAllowed(assertion: () => void): boolean {
  return codeOf(assertion) === 'allowed';
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

describe('the table of who may do what', () => {
  const CLOSED = { ...STRANGER.otherPrivacy, discoverable: false };
  const STANDINGS: Record<string, RelationFacts> = {
    stranger: STRANGER,
    contact: CONTACT,
    'one-sided': MY_CONTACT_ONLY,
    blocker: I_BLOCKED,
    blocked: BLOCKED_ME,
  };
  const VERBS: Record<string, (relation: RelationFacts) => boolean> = {
    message: (facts) => isAllowed(() => assertMayMessage(facts)),
    'ask to be a contact': (facts) => isAllowed(() => assertMayRequestContact(facts)),
    'put into the address book': (facts) => isAllowed(() => assertMayAddContact(facts)),
    'add to a group, open to everyone': (facts) =>
      isAllowed(() => assertMayAddToGroup(withPrivacy(facts, 'everyone'))),
    'add to a group, open to contacts': (facts) =>
      isAllowed(() => assertMayAddToGroup(withPrivacy(facts, 'contacts'))),
    'add to a group, open to nobody': (facts) =>
      isAllowed(() => assertMayAddToGroup(withPrivacy(facts, 'nobody'))),
    type: mayType,
    'find people': mayBeFound,
    'find people to ask': mayBeFoundForContact,
    'find who is not to be found': (facts) => mayBeFound({ ...facts, otherPrivacy: CLOSED }),
    'find to ask who is not to be found': (facts) => mayBeFoundForContact({ ...facts, otherPrivacy: CLOSED }),
    'reach by address who is not to be found': (facts) =>
      mayBeFoundByAddress({ ...facts, otherPrivacy: CLOSED }),
    'hear of presence': mayNotifyPresence,
    'see the photo for contacts': (facts) => canSee('photo', withPrivacy(facts, 'contacts')),
    'see the bio for everyone': (facts) => canSee('bio', withPrivacy(facts, 'everyone')),
    'see the phone number': (facts) => canSee('phoneNumber', facts),
  };

  it.each([
    // verb, then: a stranger, whom the other has as a contact, who has the other, who blocked, who is blocked
    ['message', 'yes yes yes no no'],
    ['ask to be a contact', 'yes yes yes no no'],
    ['put into the address book', 'yes yes yes no no'],
    ['add to a group, open to everyone', 'yes yes yes no no'],
    ['add to a group, open to contacts', 'no yes no no no'],
    ['add to a group, open to nobody', 'no no no no no'],
    ['type', 'yes yes yes no no'],
    ['find people', 'yes yes yes no no'],
    ['find people to ask', 'yes yes yes yes no'],
    ['find who is not to be found', 'no no no no no'],
    ['find to ask who is not to be found', 'no no no no no'],
    ['reach by address who is not to be found', 'no yes no yes no'],
    ['hear of presence', 'yes yes yes no no'],
    ['see the photo for contacts', 'no yes no no no'],
    ['see the bio for everyone', 'yes yes yes yes yes'],
    ['see the phone number', 'no yes no no no'],
  ])('%s: %s', (verb, expected) => {
    const may = VERBS[verb];
    const answers = Object.values(STANDINGS).map((relation) => (may?.(relation) ? 'yes' : 'no'));
    expect(answers.join(' ')).toBe(expected);
  });

  it('has a row for each verb', () => {
    expect(Object.keys(VERBS)).toHaveLength(16);
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
