import { AppError } from '../../src/errors/app-error';
import type { Role } from '../../src/models/membership.model';
import {
  assertAdmin,
  assertGroup,
  assertMayAddAll,
  assertMayRemove,
  assertMaySetDisappearing,
  assertMaySetRole,
} from '../../src/policies/chat.policy';
import { facts } from '../support/user-fixtures';

function isAllowed(rule: () => void): boolean {
  try {
    rule();
    return true;
  } catch (error) {
    if (error instanceof AppError && error.code === 'forbidden') return false;
    throw error;
  }
}

describe('who may do what to a chat', () => {
  it('keeps the verbs of groups from private chats', () => {
    expect(isAllowed(() => assertGroup('group'))).toBe(true);
    expect(isAllowed(() => assertGroup('private'))).toBe(false);
  });

  it.each<[Role, boolean]>([
    ['owner', true],
    ['admin', true],
    ['member', false],
  ])('lets the %s run the group: %s', (role, expected) => {
    expect(isAllowed(() => assertAdmin(role))).toBe(expected);
  });

  it.each<[Role, Role, boolean]>([
    ['owner', 'admin', true],
    ['owner', 'member', true],
    ['admin', 'owner', false],
    ['admin', 'admin', true],
    ['admin', 'member', true],
    ['member', 'member', false],
    ['member', 'owner', false],
  ])('lets the %s remove the %s: %s', (actorRole, targetRole, expected) => {
    expect(isAllowed(() => assertMayRemove({ actorRole, targetRole, isSelf: false }))).toBe(expected);
    expect(isAllowed(() => assertMayRemove({ actorRole, targetRole: actorRole, isSelf: true }))).toBe(true);
  });

  it.each<[Role, Role, boolean, boolean]>([
    ['owner', 'admin', false, true],
    ['owner', 'owner', false, true],
    ['owner', 'owner', true, true],
    ['owner', 'member', true, false],
    ['admin', 'admin', false, false],
    ['member', 'admin', true, false],
  ])('lets the %s give the role %s (to oneself: %s): %s', (actorRole, role, isSelf, expected) => {
    expect(isAllowed(() => assertMaySetRole({ actorRole, role, isSelf }))).toBe(expected);
  });

  it.each<['private' | 'group', Role, boolean, boolean]>([
    ['private', 'member', false, true],
    ['private', 'member', true, false],
    ['group', 'member', false, false],
    ['group', 'admin', false, true],
    ['group', 'owner', false, true],
  ])(
    'in a %s chat lets the %s (blocked: %s) make messages disappear: %s',
    (type, role, isBlocked, expected) => {
      expect(isAllowed(() => assertMaySetDisappearing({ type, role, isBlocked }))).toBe(expected);
    },
  );

  it('names everybody who does not let the actor add them', () => {
    const relations = new Map([
      ['open', facts()],
      ['closed', facts({}, { groups: 'nobody' })],
      ['friend', facts({ otherHasMeAsContact: true }, { groups: 'contacts' })],
      ['stranger', facts({}, { groups: 'contacts' })],
      ['blocked', facts({ isBlockedByMe: true })],
    ]);
    expect(() => assertMayAddAll(relations, 'userIds')).toThrow('closed, stranger, blocked');
    expect(() => assertMayAddAll(new Map([['open', facts()]]), 'userIds')).not.toThrow();
  });
});
