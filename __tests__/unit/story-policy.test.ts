import { AppError } from '../../src/errors/app-error';
import { STRANGERS } from '../../src/policies/contact.policy';
import {
  assertMayReact,
  assertOwnStory,
  isCurrent,
  isShown,
  maySeeStory,
} from '../../src/policies/story.policy';
import type { StoryAudience } from '../../src/types/story';

const VIEWER = 'viewer';
const CONTACT = { ...STRANGERS, otherHasMeAsContact: true };
const ONE_SIDED = { ...STRANGERS, isMyContact: true };
const BLOCKED = { ...CONTACT, isMyContact: true, hasBlockedMe: true };
const BLOCKER = { ...CONTACT, isMyContact: true, isBlockedByMe: true };

const story = (audience: StoryAudience, isNamed = false) => ({ ownerId: 'owner', audience, isNamed });

describe('maySeeStory', () => {
  it.each([
    ['a stranger', STRANGERS, [true, false, false, false, false, true]],
    ['whom the owner has as a contact', CONTACT, [true, true, true, false, false, true]],
    ['who has the owner as a contact, one-sided', ONE_SIDED, [true, false, false, false, false, true]],
    ['whom the owner blocked', BLOCKED, [false, false, false, false, false, false]],
    ['who blocked the owner', BLOCKER, [false, false, false, false, false, false]],
  ] as const)(
    'shows %s what is for everyone, contacts, all but others, all but them, others, them: %j',
    (_who, relation, expected) => {
      const seen = [
        story('everyone'),
        story('contacts'),
        story('except'),
        story('except', true),
        story('only'),
        story('only', true),
      ].map((facts) => maySeeStory(VIEWER, facts, relation));
      expect(seen).toEqual(expected);
    },
  );

  it('shows the owner everything', () => {
    for (const audience of ['everyone', 'contacts', 'except', 'only'] as const)
      expect(maySeeStory('owner', story(audience), STRANGERS)).toBe(true);
  });
});

describe('the end of a story', () => {
  const expiresAt = new Date('2026-03-02T12:00:00.000Z');
  const before = new Date(expiresAt.getTime() - 1);

  it.each([
    ['a millisecond before', before, true],
    ['at it', expiresAt, false],
  ])('is kept to the millisecond: %s', (_when, now, isThere) => {
    expect(isCurrent({ expiresAt }, now)).toBe(isThere);
    expect(isShown({ expiresAt, highlight: null }, now)).toBe(isThere);
    expect(isShown({ expiresAt, highlight: {} }, now)).toBe(true);
  });
});

it('lets owners alone do what is theirs, and all others react', () => {
  const codeOf = (act: () => void) => {
    try {
      act();
      return 'allowed';
    } catch (error) {
      return error instanceof AppError ? error.code : String(error);
    }
  };
  expect(codeOf(() => assertOwnStory('owner', 'owner'))).toBe('allowed');
  expect(codeOf(() => assertOwnStory(VIEWER, 'owner'))).toBe('forbidden');
  expect(codeOf(() => assertMayReact(VIEWER, 'owner'))).toBe('allowed');
  expect(codeOf(() => assertMayReact('owner', 'owner'))).toBe('forbidden');
});
